import { sorted } from './sorted.ts'

/**
 * Quantile of a sample by interpolation, after Hyndman and Fan, Sample Quantiles in Statistical Packages (1996): type 8, which
 * is nearly unbiased for the median whatever the distribution, or type 7, the default of R and NumPy.
 * @param values in any order
 * @example quantile([15, 20, 35, 40, 50], 0.4) // 27
 */
export function quantile(values: readonly number[], p: number, type: 7 | 8 = 8): number {
  return quantileOfSorted(sorted(values), p, type)
}

/** As `quantile`, for values that are sorted already. NaN for no values. */
export function quantileOfSorted(values: readonly number[], p: number, type: 7 | 8 = 8): number {
  const n = values.length
  if (n === 0) return Number.NaN
  const position = type === 7 ? (n - 1) * p + 1 : (n + 1 / 3) * p + 1 / 3
  const clamped = Math.min(Math.max(position, 1), n)
  const below = Math.floor(clamped)
  const low = values[below - 1]!
  const high = values[Math.min(below, n - 1)]!
  return low + (clamped - below) * (high - low)
}
