import { mean } from './mean.ts'
import { sorted } from './sorted.ts'
import { standardDeviation } from './standard-deviation.ts'

/** What a trimmed t needs to know of a sample (Yuen 1974; Wilcox, Introduction to Robust Estimation, chapter 3). */
export interface TrimmedSample {
  /** Values in the sample, K. */
  n: number
  /** Values that remain after trimming, h = K − 2g. */
  kept: number
  /** Mean of the middle h values. */
  mean: number
  /** Standard deviation after the g lowest values are set to the next one, and the g highest likewise. */
  winsorisedDeviation: number
}

/**
 * Trims the share `trim` (0.2 unless told) of the values from each end.
 * @example trimmedSample([1, 2, 3, 4, 100]) // { n: 5, kept: 3, mean: 3, winsorisedDeviation: 1 }
 */
export function trimmedSample(values: readonly number[], trim = 0.2): TrimmedSample {
  const n = values.length
  const cut = Math.floor(trim * n)
  const ordered = sorted(values)
  const middle = ordered.slice(cut, n - cut)
  const winsorised = ordered.map((_, index) => ordered[Math.min(Math.max(index, cut), n - 1 - cut)]!)
  return { n, kept: middle.length, mean: mean(middle), winsorisedDeviation: standardDeviation(winsorised) }
}
