import { mean } from './mean.ts'

/**
 * Standard deviation of a sample (n − 1 in the denominator); NaN below two values.
 * @example standardDeviation([2, 4, 4, 4, 5, 5, 7, 9]) // 2.1380…
 */
export function standardDeviation(values: readonly number[]): number {
  return Math.sqrt(variance(values))
}

/** Square of `standardDeviation`. */
export function variance(values: readonly number[]): number {
  if (values.length < 2) return Number.NaN
  const centre = mean(values)
  let sum = 0
  for (const value of values) sum += (value - centre) ** 2
  return sum / (values.length - 1)
}
