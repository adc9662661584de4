import { median } from '../statistics/median.ts'

/**
 * A measurement whose last quarter is faster than its first by more than this was still warming up. V8 may stay for 100 ms and
 * more in one compiler tier before it reaches the next, at a level as steady as the final one; tiers differ by 1.2 to 4.
 */
const BECAME_FASTER_BY = 1.08
/** Fewer samples in a quarter say nothing. */
const LEAST_SAMPLES = 3

/**
 * Whether a function ended its measurement clearly faster than it began it: a compiler tier came late.
 * @param samples time per call of each round, in time order
 */
export function becameFaster(samples: readonly number[]): boolean {
  const quarter = Math.floor(samples.length / 4)
  if (quarter < LEAST_SAMPLES) return false
  return median(samples.slice(0, quarter)) > BECAME_FASTER_BY * median(samples.slice(-quarter))
}
