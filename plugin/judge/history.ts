import { changePoints } from '../statistics/change-points.ts'
import type { Estimate } from '../statistics/estimate.ts'
import { trimmedSample } from '../statistics/trimmed-mean.ts'
import { expectedSpread, expectedSpreadDegreesOfFreedom } from './machine-likeness.ts'

/** Values of a history that are looked at: older ones say nothing of the level now. */
const valuesLookedAt = 40
/** From so many values on, the level restarts after the last change point. */
const historyNeeded = 20
/** With a single value of the present level there would be nothing but what is expected of such machines. */
const leastValues = 2

/**
 * A new value against a history of single values, one per run (prediction interval): the level is their 20 %-trimmed mean since
 * the last change point, the spread the winsorised one, scaled so that it fits a normal history, and pooled with the spread
 * expected of machines of one class (VERDICT.md, "Stored baseline"). The variance is τ²(1 + 1/m).
 * @param history logs, oldest first
 * @returns null when fewer than 2 values are of the present level
 */
export function predictFromHistory(history: readonly number[], next: number): Estimate | null {
  const recent = history.slice(-valuesLookedAt)
  const start = recent.length >= historyNeeded ? (changePoints(recent).at(-1) ?? 0) : 0
  const level = recent.slice(start)
  if (level.length < leastValues) return null
  const { n, kept, mean, winsorisedDeviation } = trimmedSample(level)
  // Yuen: the standard error of a trimmed mean times √n estimates the deviation of one value.
  const seen = ((n - 1) * winsorisedDeviation ** 2 * n) / (kept * (kept - 1))
  const expected = expectedSpread['same-class'] ** 2
  const degreesOfFreedom = kept - 1 + expectedSpreadDegreesOfFreedom
  const variance = ((kept - 1) * seen + expectedSpreadDegreesOfFreedom * expected) / degreesOfFreedom
  return { centre: next - mean, standardError: Math.sqrt(variance * (1 + 1 / n)), degreesOfFreedom }
}
