import { adaptiveHistogram } from './adaptive-histogram.ts'
import { quantileOfSorted } from './quantile.ts'
import { sorted } from './sorted.ts'
import { standardDeviation } from './standard-deviation.ts'

/**
 * How many modes a sample seems to have: the rises and falls of its histogram over the highest bin (B. Gregg, Frequency Trails:
 * Modes and Modality), 2 for one mode, 4 for two equal ones. As in BenchmarkDotNet: outliers by Tukey's fences left out, bins
 * from three quarters of Scott’s width upwards, doubled until they hold everything, and the largest answer counts.
 * @example mValue([0, 0, 0, 0, 1, 1, 1, 1]) // 4
 */
export function mValue(values: readonly number[]): number {
  const kept = withoutOutliers(sorted(values))
  if (kept.length === 0) return 2
  const range = kept[kept.length - 1]! - kept[0]!
  if (range === 0) return 2
  let largest = 2
  let width = ((3.5 * standardDeviation(kept)) / Math.cbrt(kept.length)) * 0.75
  for (;;) {
    const counts = [0, ...adaptiveHistogram(kept, width).map((bin) => bin.count), 0]
    let changes = 0
    for (let index = 1; index < counts.length; index++) changes += Math.abs(counts[index]! - counts[index - 1]!)
    largest = Math.max(largest, changes / Math.max(...counts))
    if (width > range) return largest
    width *= 2
  }
}

function withoutOutliers(ordered: readonly number[]): number[] {
  const low = quantileOfSorted(ordered, 0.25, 7)
  const high = quantileOfSorted(ordered, 0.75, 7)
  const reach = 1.5 * (high - low)
  return ordered.filter((value) => value >= low - reach && value <= high + reach)
}
