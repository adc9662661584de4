import { nodeMajor } from '../run/environment.ts'
import type { Measurement } from '../run/measurement.ts'
import { processorShare } from '../run/processor-share.ts'
import { intervalOf } from '../statistics/estimate.ts'
import { medianOfLogs } from '../statistics/median-of-logs.ts'
import { predictedChange } from '../statistics/predicted-change.ts'
import type { Finding } from './reliably-faster.ts'
import type { StoredBaseline } from './stored-baseline.ts'

/** One-sided nominal error: that of a verdict (VERDICT.md rule 4), so that the interval shown is the 99 % one. */
const ALPHA = 0.005
/**
 * Spread between runs to expect before several show it, on the log scale, weighing 4 degrees of freedom: machines of one class
 * and machines with another CPU (VERDICT.md, "Stored baseline").
 */
const EXPECTED = { alike: 0.03, foreign: 0.06, degreesOfFreedom: 4 }
/** Another CPU model or Node major says nothing below this, per cent (VERDICT.md, "Stored baseline"). */
const FOREIGN_THRESHOLD = 10
/** What is compared: the figure that a single slow round does not move. */
const METRIC = 'duration_median'

/** What this process is, as far as it decides which stored runs it may be compared with. */
export interface Here {
  cpuModel: string
  node: string
  /** Null where it is not known. */
  profile: string | null
}

export interface BaselineFinding extends Finding {
  /** False where nothing could be compared: it holds, but says nothing. */
  compared: boolean
}

/**
 * Whether a measurement meets its baseline: not when the whole 99 % prediction interval, made for one new session from the stored
 * ones, says that it is slower by more than the threshold.
 * @param key the benchmark's key in the baseline
 * @param threshold per cent
 */
export function meetsBaseline(
  measurement: Measurement,
  key: string,
  baseline: StoredBaseline | null,
  here: Here,
  threshold: number,
): BaselineFinding {
  const open = (reason: string, advice: string) => ({
    holds: true,
    compared: false,
    text: `"${measurement.name}" was not compared: ${reason}. ${advice}`,
  })
  if (baseline === null) return open('there is no baseline yet', accept)
  const stored = Object.hasOwn(baseline.benchmarks, key) ? baseline.benchmarks[key] : undefined
  const metric = stored?.metrics[METRIC]
  if (stored === undefined || metric === undefined) return open(`the baseline has no benchmark "${key}"`, accept)

  const since = Math.max(
    0,
    baseline.runs.findIndex(({ id }) => id === stored.since),
  )
  const runs = baseline.runs.slice(since).flatMap(({ id, environment, options }) => {
    const values = (metric.runs[id] ?? []).filter((value) => typeof value === 'number')
    if (values.length === 0) return []
    const alike =
      environment === null ||
      (environment.cpuModel === here.cpuModel && nodeMajor(environment.node) === nodeMajor(here.node))
    const profile = options?.profile ?? null
    return [{ values, alike, profile, calibration: stored.calibration[id] ?? [] }]
  })
  const sameProfile = runs.filter(
    ({ profile }) => profile === null || here.profile === null || profile === here.profile,
  )
  if (sameProfile.length === 0) {
    return open('its baseline was made in another profile, with other warm-up and budgets', accept)
  }
  const alike = sameProfile.filter((run) => run.alike)
  const foreign = alike.length === 0
  const used = foreign ? sameProfile : alike

  const value = measurement.metrics[METRIC]
  const time = value?.kind === 'quantity' ? value.value : Number.NaN
  const speed = measurement.calibrationNs ? medianOfLogs(Object.values(measurement.calibrationNs)) : null
  const calibrated = speed !== null && used.every(({ values, calibration }) => calibration.length === values.length)
  // The machine's speed weighs as much as the processor worked; wholly where that is not known.
  const share = calibrated ? (processorShare(measurement) ?? 1) : 0
  const logs = used.map(({ values, calibration }) =>
    values.map((stored, index) => Math.log(stored) - (calibrated ? share * calibration[index]! : 0)),
  )
  const next = Math.log(time) - (calibrated ? share * speed : 0)
  if (![next, ...logs.flat()].every(Number.isFinite)) {
    return open('a median is 0 or was not measured, so there is no ratio', 'Do more work per call.')
  }
  const expected = {
    variance: (foreign ? EXPECTED.foreign : EXPECTED.alike) ** 2,
    degreesOfFreedom: EXPECTED.degreesOfFreedom,
  }
  const estimate = predictedChange(logs, next, expected)
  const sessions = logs.flat().length
  if (estimate === null) {
    return open(
      `${sessions} stored sessions are too few for an interval`,
      'Accept a run of at least 4 sessions with `vitest-verdict baseline accept`.',
    )
  }
  const change = intervalOf(estimate, ALPHA)
  const limit = foreign ? Math.max(threshold, FOREIGN_THRESHOLD) : threshold
  const holds = change.low <= Math.log1p(limit / 100)
  const machine = foreign
    ? ` The baseline was made with another CPU model or Node major: only beyond ${limit} % counts.`
    : ''
  return {
    holds,
    compared: true,
    text: [
      `"${measurement.name}" takes ${percent(change.estimate)} compared with its baseline (99 % interval for one session ${percent(change.low)} to ${percent(change.high)}, from ${sessions} stored sessions of ${logs.length === 1 ? '1 run' : `${logs.length} runs`}${calibrated ? ', the speed of the machine taken out' : ''}); the threshold is +${limit} %.${machine}`,
      holds
        ? 'It meets its baseline.'
        : 'It is reliably slower. See what changed with `vitest-verdict explain`; if it is meant to be, take it over with `vitest-verdict baseline accept`.',
    ].join('\n'),
  }
}

const accept = 'Accept one with `vitest-verdict baseline accept` after a run.'

/** @example percent(Math.log(1.25)) // '+25.0 %' */
function percent(log: number): string {
  const value = Math.expm1(log) * 100
  return `${value < 0 ? '' : '+'}${value.toFixed(Math.abs(value) < 100 ? 1 : 0)} %`
}
