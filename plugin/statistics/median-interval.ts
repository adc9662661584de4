import { sorted } from './sorted.ts'
import { incompleteBeta } from './special-functions.ts'

export interface MedianInterval {
  /** Order statistics, counted from 1. */
  ranks: [low: number, high: number]
  interval: [low: number, high: number]
  /** Confidence that these order statistics really have; below the one wanted where the sample is too small for it. */
  confidence: number
}

/**
 * Distribution-free interval of the median between two order statistics: the narrowest symmetric pair whose binomial
 * confidence reaches the one wanted, else minimum and maximum (David and Nagaraja, Order Statistics, section 7.1).
 * @example medianInterval([1, 2, 3, 4, 5, 6], 0.95) // { ranks: [1, 6], interval: [1, 6], confidence: 0.96875 }
 */
export function medianInterval(values: readonly number[], confidence = 0.95): MedianInterval {
  const n = values.length
  const ordered = sorted(values)
  let low = 1
  while (low + 1 < (n + 1) / 2 && confidenceOf(low + 1, n) >= confidence) low++
  const high = n + 1 - low
  return { ranks: [low, high], interval: [ordered[low - 1]!, ordered[high - 1]!], confidence: confidenceOf(low, n) }
}

/** 1 − 2 P(X < rank) for X binomial(n, ½); P(X ≤ k) = I_½(n − k, k + 1). */
function confidenceOf(rank: number, n: number): number {
  return n === 1 ? 0 : 1 - 2 * incompleteBeta(n - rank + 1, rank, 0.5)
}
