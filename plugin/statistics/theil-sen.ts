import { median } from './median.ts'

/**
 * Slope per step of values in time order: the median of the slopes of all pairs (Theil 1950, Sen 1968).
 * @example theilSen([1, 2, 3, 40, 5]) // 1
 */
export function theilSen(values: readonly number[]): number {
  const slopes: number[] = []
  for (let left = 0; left < values.length; left++) {
    for (let right = left + 1; right < values.length; right++) {
      slopes.push((values[right]! - values[left]!) / (right - left))
    }
  }
  return slopes.length === 0 ? 0 : median(slopes)
}
