import type { Environment } from '../run/environment.ts'
import { type Direction, isTimed, type Unit } from '../run/metric.ts'
import type { RunOptions } from '../run/run.ts'
import { changePoints } from '../statistics/change-points.ts'
import type { Estimate } from '../statistics/estimate.ts'
import { mannKendall } from '../statistics/mann-kendall.ts'
import { mean } from '../statistics/mean.ts'
import { median } from '../statistics/median.ts'
import { pooledVariance } from '../statistics/pooled-variance.ts'
import { theilSen } from '../statistics/theil-sen.ts'
import { type TrimmedSample, trimmedSample } from '../statistics/trimmed-mean.ts'
import { allEqual, combine, enoughSessions, type YuenSide, yuenSides } from '../statistics/yuen.ts'
import {
  comparable,
  expectedSpread,
  expectedSpreadDegreesOfFreedom,
  type MachineLikeness,
  machineLikeness,
} from './machine-likeness.ts'

/** From so many stored runs on, the level restarts after the last change point. */
const historyNeeded = 20
/** Two-sided p of a trend over the stored runs that is called a drift. */
const driftP = 0.001

/** One run's values of one metric. */
export interface RunValues {
  id: string
  environment: Environment | null
  /** Null where it is not known. */
  profile: RunOptions['profile'] | null
  /** One per session. */
  values: readonly number[]
  /** One log per session, or empty where it was not measured. */
  calibration: readonly number[]
}

export interface QuantityComparison {
  /** Why no interval could be formed; null when there is one. */
  obstacle: 'not-positive' | 'too-few-sessions' | null
  /** Worse is positive. Without an interval the standard error is NaN. */
  estimate: Estimate
  /** What each step gave, for `explain`. */
  steps: {
    /** Logs of the new sessions, worse is positive, less the calibration. */
    next: number[]
    /** The same of each stored run that was used, oldest first. */
    old: { id: string; logs: number[] }[]
    /** Whether the machine's speed was taken out. */
    calibrated: boolean
    /** Log by which the machine is slower now; 0 when not calibrated. */
    machineSlower: number
    sides: YuenSide[]
    /** Winsorised deviation of all sessions of the run, where the judged ones alone vary less; else null. */
    deviationOfRun: number | null
    /** τ, the spread between runs, and its degrees of freedom; 0 where values are exact. */
    spread: { tau: number; degreesOfFreedom: number; from: 'stored runs' | MachineLikeness | 'exact values' }
    /** `QuantityOptions.wholeOverPart`, by which the expected spread is multiplied. */
    wholeOverPart: number
    /** Stored runs passed over since the level changed after them. */
    beforeChange: number
  }
  /** Sessions on each side. */
  n: [old: number, next: number]
  /** Geometric trimmed mean of the new sessions, in the unit of the metric. */
  next: number
  /**
   * What keeps every stored run from being compared without reserve: made with another CPU model or Node major, or in another
   * profile; null when nothing does.
   */
  foreign: 'machine' | 'profile' | null
  /** Log by which a slow drift moved the level over the stored runs; 0 when there is none. */
  drift: number
}

export interface QuantityOptions {
  unit: Unit
  direction: Direction
  environment: Environment
  profile: RunOptions['profile']
  /** Relative step of the clock. */
  resolution: number
  /** Share of the time that the processor worked, 0 to 1: the machine's speed weighs so much. */
  processorShare: number
  /** How many times as large the whole is that this is a part of, at least 1; 1 where it is no part. */
  wholeOverPart: number
}

/** The sessions of a run. */
export interface NewValues extends Pick<RunValues, 'id' | 'values' | 'calibration'> {
  /** Of those that only screened; their level does not count, their spread does. */
  screened: Pick<RunValues, 'values' | 'calibration'>
}

/**
 * Compares a run's sessions with the stored runs (VERDICT.md, "Stored baseline"): the change of the trimmed mean of the session
 * logs minus the change of the calibration; variance d₁ + d₂ + τ²(1 + 1/m) with Satterthwaite's degrees of freedom.
 *
 * τ is the spread between the m stored runs. So that two or three runs do not decide on it with one or two degrees of freedom,
 * it is pooled with the spread expected of such machines, which alone speaks when m = 1.
 *
 * A small part that is got as the difference of two large times varies as they do: what is expected of the whole, as a share of
 * the part (first-order propagation of errors).
 *
 * A batch that confirms lasts seconds, the sessions that screened lie minutes apart: where all sessions of the run vary more than
 * those of the batch, the batch met one mood of the machine, and d₂ is formed with the deviation of all.
 */
export function compareQuantity(
  stored: readonly RunValues[],
  next: NewValues,
  options: QuantityOptions,
): QuantityComparison {
  const sameProfile = stored.filter(({ profile }) => profile === null || profile === options.profile)
  const alike = sameProfile.filter(({ environment }) => comparable(environment, options.environment))
  const foreign = alike.length > 0 ? null : sameProfile.length > 0 ? 'machine' : 'profile'
  const candidates = alike.length > 0 ? alike : sameProfile.length > 0 ? sameProfile : stored
  const timed = isTimed(options.unit)
  const calibrated =
    timed &&
    [next, ...candidates].every(({ values, calibration }) => values.length > 0 && calibration.length === values.length)
  const logs = ({ values, calibration }: Pick<RunValues, 'values' | 'calibration'>) =>
    values.map((value, index) => {
      const log = options.direction === 'lower' ? Math.log(value) : -Math.log(value)
      return calibrated ? log - options.processorShare * calibration[index]! : log
    })
  const newLogs = logs(next)
  const usable = candidates.some(({ values }) => enoughSessions(values.length))
    ? candidates.filter(({ values }) => enoughSessions(values.length))
    : candidates
  const all = usable.map((run) => ({ ...run, logs: logs(run) }))
  const centres = all.map((run) => trimmedSample(run.logs).mean)
  const start = centres.length >= historyNeeded ? (changePoints(centres).at(-1) ?? 0) : 0
  const used = all.slice(start)
  const positive = [...newLogs, ...used.flatMap((run) => run.logs)].every(Number.isFinite)
  const level = mean(centres.slice(start))
  const batch = trimmedSample(newLogs)
  const centre = batch.mean - level
  const ofBatch = yuenSides([...used.map((run) => run.logs), newLogs], timed ? options.resolution : 0)
  const deviationOfRun = widerDeviation(batch, newLogs, logs(next.screened))
  const sides =
    ofBatch === null || deviationOfRun === null
      ? ofBatch
      : widenLast(ofBatch, (deviationOfRun / batch.winsorisedDeviation) ** 2)
  const newest = used.at(-1)
  const constant = [newLogs, ...used.map((run) => run.logs)].every(allEqual)
  const exact = allEqual([...newLogs, ...used.flatMap((run) => run.logs)]) || (constant && !timed)
  const likeness = machineLikeness(newest?.environment ?? null, options.environment)
  const spread = exact
    ? ({ tau: 0, degreesOfFreedom: 1, from: 'exact values' } as const)
    : spreadBetween(centres.slice(start), likeness, options.wholeOverPart)
  const m = used.length
  const obstacle = positive ? (sides === null ? 'too-few-sessions' : null) : 'not-positive'
  return {
    obstacle,
    estimate:
      obstacle !== null || sides === null
        ? { centre, standardError: Number.NaN, degreesOfFreedom: Number.NaN }
        : combine(centre, [
            ...sides.map((side, index) => ({ ...side, variance: index < m ? side.variance / m ** 2 : side.variance })),
            { variance: spread.tau ** 2 * (1 + 1 / m), degreesOfFreedom: spread.degreesOfFreedom },
          ]),
    steps: {
      next: newLogs,
      old: used.map(({ id, logs }) => ({ id, logs })),
      calibrated,
      machineSlower: calibrated ? mean(next.calibration) - mean(used.map(({ calibration }) => mean(calibration))) : 0,
      sides: sides ?? [],
      deviationOfRun,
      spread,
      wholeOverPart: options.wholeOverPart,
      beforeChange: start,
    },
    n: [used.reduce((sum, { values }) => sum + values.length, 0), next.values.length],
    next: Math.exp(trimmedSample(next.values.map(Math.log)).mean),
    foreign,
    drift: driftOf(centres),
  }
}

/** The winsorised deviation of all logs together where it exceeds that of the batch; null where there is nothing to add. */
function widerDeviation(
  { winsorisedDeviation }: TrimmedSample,
  batch: readonly number[],
  screened: readonly number[],
): number | null {
  const all = [...batch, ...screened]
  if (screened.length === 0 || !all.every(Number.isFinite)) return null
  const ofAll = trimmedSample(all).winsorisedDeviation
  return winsorisedDeviation > 0 && ofAll > winsorisedDeviation ? ofAll : null
}

/** The sides, the variance of the last of them multiplied. */
function widenLast(sides: readonly YuenSide[], factor: number): YuenSide[] {
  return sides.map((side, index) => (index === sides.length - 1 ? { ...side, variance: side.variance * factor } : side))
}

function spreadBetween(centres: readonly number[], likeness: MachineLikeness, wholeOverPart: number) {
  const tau = expectedSpread[likeness] * wholeOverPart
  const pooled = pooledVariance(centres, { variance: tau ** 2, degreesOfFreedom: expectedSpreadDegreesOfFreedom })
  const { degreesOfFreedom } = pooled
  if (centres.length < 2) return { tau, degreesOfFreedom, from: likeness }
  return { tau: Math.sqrt(pooled.variance), degreesOfFreedom, from: 'stored runs' as const }
}

/** By how much the level crept over the stored runs, on the log scale; 0 where it stood still or went in steps. */
function driftOf(centres: readonly number[]): number {
  if (centres.length < historyNeeded || mannKendall(centres).p >= driftP) return 0
  const slope = theilSen(centres)
  const offset = median(centres.map((centre, index) => centre - slope * index))
  const offLine = centres.reduce((sum, centre, index) => sum + (centre - offset - slope * index) ** 2, 0)
  const bounds = [0, ...changePoints(centres), centres.length]
  const offSteps = bounds.slice(1).reduce((sum, to, index) => {
    const level = centres.slice(bounds[index], to)
    return sum + level.reduce((squares, centre) => squares + (centre - mean(level)) ** 2, 0)
  }, 0)
  return offLine < offSteps ? slope * (centres.length - 1) : 0
}
