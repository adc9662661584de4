import { changePoints } from '../statistics/change-points.ts'
import { mannKendall } from '../statistics/mann-kendall.ts'
import { mean } from '../statistics/mean.ts'
import { median } from '../statistics/median.ts'
import { welchTTest } from '../statistics/t-test.ts'
import { theilSen } from '../statistics/theil-sen.ts'

/** Two-sided p of the Mann-Kendall test from which a trend counts; as strict as the change points. */
const driftP = 0.001
/** How often a quiet series may show a change, nominally; among 300 made ones of 100 runs it was 4. */
const chance = 0.001
const driftNeeds = 12
/** Drift is looked for over this many runs at most: older ones say little about now. */
const driftWindow = 150

export interface LevelShifts {
  /** Indices at which a new level begins. */
  changes: number[]
  /** Slope per run of the level since `from`, on the scale of the values; null without a significant trend. */
  drift: { from: number; slope: number; p: number } | null
}

/**
 * Tells steps from a slow drift, which looks like many small steps: the one that explains the values better for its number of
 * parameters (Schwarz 1978) is kept.
 */
export function findLevelShifts(values: readonly number[]): LevelShifts {
  const changes = withoutChance(values, changePoints(values))
  const whole = driftSince(values, Math.max(0, values.length - driftWindow))
  if (whole !== null && changes.some((change) => change > whole.from)) {
    const recent = values.slice(whole.from)
    const within = changes.filter((change) => change > whole.from).map((change) => change - whole.from)
    if (
      criterion(aroundLine(recent, whole.slope), 3, recent.length) <
      criterion(aroundSteps(recent, within), 2 * within.length + 2, recent.length)
    ) {
      return { changes: changes.filter((change) => change <= whole.from), drift: whole }
    }
  }
  const from = Math.max(changes.at(-1) ?? 0, values.length - driftWindow)
  return { changes, drift: driftSince(values, from) }
}

/**
 * Drops the changes that chance explains: a split was chosen among as many as there are values around it, so its p counts that
 * often (Bonferroni). Without this one in ten quiet series of 100 runs shows a change.
 */
function withoutChance(values: readonly number[], changes: readonly number[]): number[] {
  const bounds = [0, ...changes, values.length]
  const [weakest] = changes
    .map((change, index) => {
      const [from, to] = [bounds[index]!, bounds[index + 2]!]
      const { p } = welchTTest(values.slice(from, change), values.slice(change, to))
      // Two constant levels have no p: they differ for certain.
      return { change, p: Number.isNaN(p) ? 0 : p * (to - from) }
    })
    .toSorted((a, b) => b.p - a.p)
  if (weakest === undefined || weakest.p <= chance) return [...changes]
  return withoutChance(
    values,
    changes.filter((change) => change !== weakest.change),
  )
}

function driftSince(values: readonly number[], from: number): LevelShifts['drift'] {
  const recent = values.slice(from)
  if (recent.length < driftNeeds) return null
  const { p } = mannKendall(recent)
  return p < driftP ? { from, slope: theilSen(recent), p } : null
}

function aroundLine(values: readonly number[], slope: number): number {
  const offset = median(values.map((value, index) => value - slope * index))
  return values.reduce((sum, value, index) => sum + (value - offset - slope * index) ** 2, 0)
}

function aroundSteps(values: readonly number[], changes: readonly number[]): number {
  const bounds = [0, ...changes, values.length]
  return bounds.slice(1).reduce((sum, to, index) => {
    const level = values.slice(bounds[index], to)
    const centre = mean(level)
    return sum + level.reduce((squares, value) => squares + (value - centre) ** 2, 0)
  }, 0)
}

/** Bayesian information criterion of a least-squares fit. */
function criterion(squares: number, parameters: number, n: number): number {
  return n * Math.log(Math.max(squares, Number.MIN_VALUE) / n) + parameters * Math.log(n)
}
