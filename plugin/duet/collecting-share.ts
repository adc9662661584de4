import type { Collections } from '../measure/collections.ts'
import { median } from '../statistics/median.ts'

/** What one version's long rounds have shown of garbage collection. */
export interface Collecting extends Collections {
  /** Time of its calls beside collections, ns. */
  otherNs: number
}

/** What collections copy is alike within this factor, as it depends on where in a call they come … */
const ALIKE_WITHIN = 1.25
/** … or below so many bytes: copying them takes microseconds. */
const LITTLE_BYTES = 32 * 1024

/**
 * Time of garbage collection as a share of all other time, by version. In 20 ms collections are few: whether one more has come is
 * chance, and how long each takes depends on helper threads that other processes delay. So the young generation counts as often as
 * it was filled, parts included, and a collection of it takes the median of all versions where all of them copy alike; a version
 * that keeps more alive has a median of its own. Other collections count with the time they took.
 */
export function collectingShares<K>(versions: ReadonlyMap<K, Collecting>): Map<K, number> {
  const all = [...versions.values()]
  const kept = all.flatMap(({ keptBytes }) => (keptBytes.length === 0 ? [] : median(keptBytes)))
  const alike = Math.max(...kept) <= Math.max(LITTLE_BYTES, ALIKE_WITHIN * Math.min(...kept))
  const pausesOfAll = all.flatMap(({ pausesNs }) => pausesNs)
  const full = median(all.flatMap(({ fullBytes }) => fullBytes))
  return new Map(
    [...versions].map(([version, { pausesNs, leftBytes, oldNs, otherNs }]) => {
      const pauses = alike || pausesNs.length === 0 ? pausesOfAll : pausesNs
      const fillings = pausesNs.length + leftBytes / full
      const youngNs = pauses.length === 0 ? 0 : fillings * median(pauses)
      return [version, (youngNs + oldNs) / otherNs]
    }),
  )
}

/** Joins two long rounds of the same version. */
export function joinCollecting(a: Collecting, b: Collecting): Collecting {
  return {
    pausesNs: [...a.pausesNs, ...b.pausesNs],
    keptBytes: [...a.keptBytes, ...b.keptBytes],
    fullBytes: [...a.fullBytes, ...b.fullBytes],
    leftBytes: a.leftBytes + b.leftBytes,
    oldNs: a.oldNs + b.oldNs,
    otherNs: a.otherNs + b.otherNs,
  }
}
