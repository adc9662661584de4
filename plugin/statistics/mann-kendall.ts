import { normalCdf } from './special-functions.ts'

/** A monotonic trend: `s` counts rising pairs minus falling ones; `p` is two-sided. */
export interface Trend {
  s: number
  p: number
}

/**
 * Mann-Kendall test for a trend in values that stand in time order, by the normal approximation with continuity correction
 * and the variance corrected for ties (Kendall, Rank Correlation Methods, 1975). O(n log n).
 * @example mannKendall([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) // { s: 45, p: 0.00008… }
 */
export function mannKendall(values: readonly number[]): Trend {
  const n = values.length
  if (n < 3) return { s: 0, p: 1 }
  const { ordered, falling } = sortCounting(Float64Array.from(values))
  let tiedPairs = 0
  let tieVariance = 0
  for (let start = 0; start < n; ) {
    let end = start + 1
    while (end < n && ordered[end] === ordered[start]) end++
    const t = end - start
    tiedPairs += (t * (t - 1)) / 2
    tieVariance += t * (t - 1) * (2 * t + 5)
    start = end
  }
  const s = (n * (n - 1)) / 2 - tiedPairs - 2 * falling
  const variance = (n * (n - 1) * (2 * n + 5) - tieVariance) / 18
  if (variance <= 0 || s === 0) return { s, p: 1 }
  return { s, p: Math.min(1, 2 * normalCdf(-(Math.abs(s) - 1) / Math.sqrt(variance))) }
}

/** Merge sort that counts the pairs which stood in falling order. */
function sortCounting(values: Float64Array): { ordered: Float64Array; falling: number } {
  let source: Float64Array = values
  let target: Float64Array = new Float64Array(values.length)
  let falling = 0
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) {
      const middle = Math.min(start + width, values.length)
      const end = Math.min(start + 2 * width, values.length)
      let left = start
      let right = middle
      for (let at = start; at < end; at++) {
        if (right >= end || (left < middle && source[left]! <= source[right]!)) {
          target[at] = source[left++]!
        } else {
          falling += middle - left
          target[at] = source[right++]!
        }
      }
    }
    const filled = target
    target = source
    source = filled
  }
  return { ordered: source, falling }
}
