import type { Collections } from '../measure/collections.ts'
import { median } from '../statistics/median.ts'
import { quantile } from '../statistics/quantile.ts'
import type { Lane } from './lane.ts'

/** What one version's long rounds have shown of garbage collection. */
export interface Collecting extends Collections {
  /** Its calls. */
  calls: number
}

/** What collections copy is alike within this factor, as it depends on where in a call they come … */
const ALIKE_WITHIN = 1.1
/** … or below so many bytes: copying them takes microseconds. */
const LITTLE_BYTES = 32 * 1024

/**
 * Time of garbage collection per call, ns, by version. In 20 ms collections are few: whether one more has come is chance, and how long
 * each takes depends on helper threads and processors that other processes use. So the young generation counts as often as it was
 * filled, parts included, and a collection of it takes the lower quartile of all versions' where the head's copy as much as the
 * base's; else the median of the head's or of the base's, as a quartile of few is not that of many. Other collections count with the
 * time they took.
 */
export function collectingTimes(versions: ReadonlyMap<Lane, Collecting>): Map<Lane, number> {
  const head = versions.get('head')
  const ofBase = [...versions].flatMap(([lane, each]) => (lane === 'head' ? [] : [each]))
  const all = [...versions.values()]
  const isAlike = head === undefined || copyAlike([head], ofBase)
  return new Map(
    [...versions].map(([lane, { pausesNs, fullBytes, leftBytes, oldNs, calls }]) => {
      const likeIt = isAlike ? all : lane === 'head' ? [head!] : ofBase
      const pauses = likeIt.flatMap((each) => each.pausesNs)
      const full = median(fullBytes.length > 0 ? fullBytes : all.flatMap((each) => each.fullBytes))
      const fillings = pausesNs.length + (full > 0 ? Math.min(1, leftBytes / full) : 0)
      const youngNs = pauses.length === 0 ? 0 : fillings * quantile(pauses, isAlike ? 0.25 : 0.5)
      return [lane, (youngNs + oldNs) / calls]
    }),
  )
}

function copyAlike(some: readonly Collecting[], others: readonly Collecting[]): boolean {
  const [a, b] = [some, others].map((versions) => versions.flatMap(({ keptBytes }) => keptBytes))
  if (a!.length === 0 || b!.length === 0) return true
  const [least, most] = [median(a!), median(b!)].sort((one, other) => one - other)
  return most! <= Math.max(LITTLE_BYTES, ALIKE_WITHIN * least!)
}

/** Joins two long rounds of the same version. */
export function joinCollecting(a: Collecting, b: Collecting): Collecting {
  return {
    pausesNs: [...a.pausesNs, ...b.pausesNs],
    keptBytes: [...a.keptBytes, ...b.keptBytes],
    fullBytes: [...a.fullBytes, ...b.fullBytes],
    leftBytes: a.leftBytes + b.leftBytes,
    oldNs: a.oldNs + b.oldNs,
    calls: a.calls + b.calls,
  }
}
