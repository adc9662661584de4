import type { Warning } from '../run/measurement.ts'
import { processorShare } from '../run/processor-share.ts'
import type { Session } from '../run/run.ts'
import { mValue } from '../statistics/m-value.ts'
import { mannKendall } from '../statistics/mann-kendall.ts'
import { median } from '../statistics/median.ts'
import { quantile } from '../statistics/quantile.ts'
import { calibrationLog } from './calibration.ts'

/** A trend is one that chance makes in 1 of 1,000 sessions (VERDICT.md rule 8). */
const trendP = 0.001
/** Above this, BenchmarkDotNet says that a distribution "may have several modes". */
const mValueLimit = 2.8
/**
 * Below this many samples the m-value says little: of normal samples 20 % exceed the limit at 12 to 50 values, 10 % at 100,
 * 6 % at 200, none at 500 (seeded simulation). As more than half of the sessions must agree, 100 are enough.
 */
const samplesForModes = 100
/** Samples of a session looked at, evenly spread: more show nothing new and cost time. */
const samplesLookedAt = 1000
/** With fewer clock steps in a batch, one step more or less is over 2 % of it. */
const leastClockSteps = 50
/** A machine that grew slower by so much from the first half of the sessions to the second is not at rest. */
const loadRise = Math.log(1.1)

/** A benchmark that is on a processor for less of its time than this share waits for other processes or the network. */
const mostlyComputing = 0.7

/** Of the codes below, those that speak of the samples; figures of another origin, such as a stall, are none the worse for them. */
export const doubtsAboutSamples: ReadonlySet<string> = new Set(['timer-saturation', 'trend', 'several-modes'])

/** Doubts about the sessions themselves; each makes a duration's verdict `inconclusive`, but for slowdowns that it cannot explain. */
export function guardWarnings(name: string, sessions: readonly Session[], delta: number): Warning[] {
  const samples = sessions.map((session) => thin(alikeSamples(session))).filter((values) => values.length >= 3)
  const most = (count: number) => count * 2 > samples.length
  const warnings: Warning[] = []
  const saturated = sessions.filter(isSaturated).length
  if (saturated * 2 > sessions.length) {
    warnings.push({
      code: 'timer-saturation',
      text: `A round of "${name}" lasts under ${leastClockSteps} steps of the clock in ${saturated} of ${sessions.length} sessions: do more work per call`,
    })
  }
  if (most(samples.filter((values) => hasTrend(values, delta)).length)) {
    warnings.push({
      code: 'trend',
      text: `"${name}" keeps getting faster or slower within a session by more than the threshold: raise \`warmup\`, or look for a leak`,
    })
  }
  if (most(samples.filter((values) => medianBetweenModes(values, delta)).length)) {
    warnings.push({
      code: 'several-modes',
      text: `"${name}" jumps between two speeds, and its median falls between them: benchmark the two cases apart`,
    })
  }
  const disturbed = sessions.filter(waitedOnBusyMachine).length
  if (disturbed * 2 > sessions.length) {
    warnings.push({
      code: 'busy-while-waiting',
      text: `"${name}" waits for others, and other programs kept the machine busy in ${disturbed} of ${sessions.length} sessions, which the calibration cannot take out: close them and run again`,
    })
  }
  const rise = calibrationRise(sessions)
  if (rise > loadRise) {
    warnings.push({
      code: 'load-rising',
      text: `The machine became ${((Math.exp(rise) - 1) * 100).toFixed(0)} % slower during the run: close other programs and run again`,
    })
  }
  return warnings
}

/**
 * Up to which slowdown, on the log scale, doubts can be its cause: a verdict whose whole interval lies beyond it stands. A drift or a
 * jump between speeds moves a median no further than the samples themselves reach. Two other programs on every processor leave a
 * third of it. No bound has a clock that is too coarse, nor an open load: what falls behind there piles up.
 */
export function doubtfulUpTo(doubts: readonly Warning[], sessions: readonly Session[]): number {
  const open = sessions.some(({ load }) => load !== undefined && load.model !== 'closed')
  return Math.max(
    ...doubts.map(({ code }) => {
      if (code === 'trend' || code === 'several-modes') return Math.max(...sessions.map(reachOfSamples))
      const boundless = code === 'timer-saturation' || (code === 'busy-while-waiting' && open)
      return boundless ? Number.POSITIVE_INFINITY : Math.log(3)
    }),
  )
}

/** From the slowest tenth of the samples to the fastest, on the log scale. */
function reachOfSamples(session: Session): number {
  const values = thin(alikeSamples(session))
  return values.length === 0 ? 0 : Math.log(quantile(values, 0.9) / quantile(values, 0.1))
}

/** Whether programs beside the benchmark took processors away from what it was waiting for. */
function waitedOnBusyMachine(session: Session): boolean {
  const share = processorShare(session)
  return share !== null && share < mostlyComputing && session.warnings.some(({ code }) => code === 'machine-busy')
}

/**
 * Samples that should be alike, so that a trend or several levels among them mean something. Under a stepped load none are; under
 * a closed load the first of each slot met an empty system, and were the first to be done.
 */
function alikeSamples({ samplesNs, droppedSamples, load }: Session): readonly number[] {
  if (load?.model === 'steps') return []
  if (load?.model !== 'closed') return samplesNs
  const kept = samplesNs.length / (samplesNs.length + droppedSamples)
  return samplesNs.slice(Math.ceil(load.inFlightMax * kept))
}

/** Significant and, between first and last third, larger than the threshold: what is smaller cannot tip a verdict. */
function hasTrend(values: readonly number[], delta: number): boolean {
  const third = Math.floor(values.length / 3)
  const drift = Math.log(median(values.slice(-third)) / median(values.slice(0, third)))
  return Math.abs(drift) > delta && mannKendall(values).p < trendP
}

/**
 * Several modes, and the median in the gap between two of them, where a small shift of weights moves it far. A median well
 * within one mode is as good as any, whatever lies elsewhere (a cache that misses in one call of ten).
 */
function medianBetweenModes(values: readonly number[], delta: number): boolean {
  if (values.length < samplesForModes) return false
  const gap = Math.log(quantile(values, 0.6) / quantile(values, 0.4))
  return gap > delta && mValue(values) > mValueLimit
}

function isSaturated({ samplesNs, batchSize, clockStepNs }: Session): boolean {
  return samplesNs.length > 0 && median(samplesNs) * batchSize < leastClockSteps * clockStepNs
}

function calibrationRise(sessions: readonly Session[]): number {
  const logs = sessions.flatMap(({ calibrationNs }) => (calibrationNs ? (calibrationLog(calibrationNs) ?? []) : []))
  const half = Math.floor(logs.length / 2)
  return half < 2 ? 0 : median(logs.slice(-half)) - median(logs.slice(0, half))
}

function thin(values: readonly number[]): readonly number[] {
  if (values.length <= samplesLookedAt) return values
  return Array.from(
    { length: samplesLookedAt },
    (_, index) => values[Math.floor((index * values.length) / samplesLookedAt)]!,
  )
}
