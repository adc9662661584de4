import { mean } from '../statistics/mean.ts'
import { median } from '../statistics/median.ts'
import { quantile } from '../statistics/quantile.ts'
import { sorted } from '../statistics/sorted.ts'
import { type Collecting, collectingTimes } from './collecting-time.ts'
import { type DuetFigure, type Lane, withCollections } from './lane.ts'

/** What one version's turns have shown, ns per call. */
export interface LaneTimes {
  /** Its batches in short rounds, by round, in order; at least one. */
  batchesNs: number[][]
  /** Mean time of a call in each of its long rounds, in order, garbage collection included. */
  roundsNs: number[]
  /** Garbage collection in its long rounds; null where it cannot be told, or cannot be told from its calls. */
  collecting: Collecting | null
}

/**
 * Share of a short round's batches that are left out, the slowest: interrupts hit them, or a collection. On a virtual machine 14 to
 * 18 % of batches of 100 µs took 1.2 to 2 times as long, about one each millisecond, in some rounds two or three of ten
 * (docs/against-evaluation.md).
 */
const INTERRUPTED = 0.3

/**
 * The figures of a benchmark's versions: the lower quartile of short batches, what calls typically take with the garbage collection
 * that they cause, and the mean over long rounds.
 * @param alike whether short and long rounds were the same, so that each has few batches and collections are in both
 */
export function latencyFigures(versions: ReadonlyMap<Lane, LaneTimes>, alike: boolean): Record<string, DuetFigure> {
  const quartiles = alike ? ofAllRounds(versions, lowerQuartile) : ofShortRounds(versions, lowerQuartile)
  const means = relatedToBase(versions, ({ roundsNs }) => roundsNs)
  const figures = {
    duration_quartile: { ...duration, title: 'Lower Quartile Duration', values: quartiles },
    duration_mean: { ...duration, title: 'Average Duration', values: means },
  }
  const collecting = new Map(
    [...versions].flatMap(([lane, each]) => (each.collecting ? [[lane, each.collecting]] : [])),
  )
  if (alike || collecting.size < versions.size) return figures
  const typical = ofShortRounds(versions, (batches) => meanOfFastest(batches, 1 - INTERRUPTED))
  for (const [lane, ns] of collectingTimes(collecting)) if (typical[lane] !== undefined) typical[lane] += ns
  return { ...figures, [withCollections]: { ...duration, title: 'Duration with Garbage Collection', values: typical } }
}

const duration = { unit: 'ns', direction: 'lower', gate: true } as const

type Summary = (batchesNs: readonly number[]) => number

function ofAllRounds(versions: ReadonlyMap<Lane, LaneTimes>, summary: Summary): DuetFigure['values'] {
  return Object.fromEntries([...versions].map(([lane, { batchesNs }]) => [lane, summary(batchesNs.flat())]))
}

function ofShortRounds(versions: ReadonlyMap<Lane, LaneTimes>, summary: Summary): DuetFigure['values'] {
  return relatedToBase(versions, ({ batchesNs }) => batchesNs.map(summary))
}

/**
 * Medians over rounds; of all but the base as ratios of neighbouring rounds to it, which are steadier than those of whole sessions:
 * they lie within a hundredth of a second or a tenth. A burst of load in one of them does not move their median, nor do two speeds
 * of a version that take turns.
 */
function relatedToBase(
  versions: ReadonlyMap<Lane, LaneTimes>,
  roundsOf: (times: LaneTimes) => readonly number[],
): DuetFigure['values'] {
  const ofBase = versions.get('base')
  const base = ofBase === undefined ? [] : roundsOf(ofBase)
  const values: DuetFigure['values'] = {}
  for (const [lane, times] of versions) {
    const rounds = roundsOf(times)
    if (rounds.length === 0) continue
    const paired = lane !== 'base' && rounds.length === base.length
    values[lane] = paired
      ? median(base) * Math.exp(median(rounds.map((ns, round) => Math.log(ns / base[round]!))))
      : median(rounds)
  }
  return values
}

function lowerQuartile(values: readonly number[]): number {
  return quantile(values, 0.25)
}

/** @param share of the values that count, the smallest, rounded to nearest; always at least one */
function meanOfFastest(values: readonly number[], share: number): number {
  return mean(sorted(values).slice(0, Math.max(1, Math.round(share * values.length))))
}
