/**
 * Arithmetic mean; NaN for no values.
 * @example mean([1, 2, 6]) // 3
 */
export function mean(values: readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}
