import { mean } from './mean.ts'
import { studentTCdf } from './student-t.ts'

/** A straight line fitted to points: `p` is one-sided, the chance of such a rise where there is none. */
export interface Slope {
  slope: number
  p: number
}

/**
 * Tests whether `y` rises with `x`: least squares, t = slope / standard error with n − 2 degrees of freedom. Fewer than three
 * points, or all `x` equal, show nothing.
 * @example slopeTest([1, 2, 3, 4], [2, 4, 5, 9]) // { slope: 2.2, p: 0.0176… }
 */
export function slopeTest(x: readonly number[], y: readonly number[]): Slope {
  const n = x.length
  const meanX = mean(x)
  const meanY = mean(y)
  let xx = 0
  let xy = 0
  for (let index = 0; index < n; index++) {
    xx += (x[index]! - meanX) ** 2
    xy += (x[index]! - meanX) * (y[index]! - meanY)
  }
  if (n < 3 || xx === 0) return { slope: 0, p: 1 }
  const slope = xy / xx
  let residuals = 0
  for (let index = 0; index < n; index++) residuals += (y[index]! - meanY - slope * (x[index]! - meanX)) ** 2
  if (residuals === 0) return { slope, p: slope > 0 ? 0 : 1 }
  const t = slope / Math.sqrt(residuals / (n - 2) / xx)
  return { slope, p: 1 - studentTCdf(t, n - 2) }
}
