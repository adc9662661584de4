import type { Change } from '../statistics/estimate.ts'
import { newcombe, type Proportion } from '../statistics/newcombe.ts'
import { normalQuantile } from '../statistics/special-functions.ts'
import { studentTQuantile } from '../statistics/student-t.ts'
import { enoughSessions } from '../statistics/yuen.ts'

/** Successes among trials in one session. */
export interface SessionRate {
  numerator: number
  denominator: number
}

export interface RateComparison {
  /** Shares, 0 to 1. */
  old: number
  next: number
  /** `next − old` as shares; null with too few sessions. */
  difference: Change | null
  /** Half the width of the interval at `alpha`, as a share. */
  half: number
  /** By how much clustering in sessions inflates the variance on each side (1: not at all). */
  designEffects: [old: number, next: number]
}

/**
 * Compares rates by Newcombe's interval of the difference (VERDICT.md rule 9). Trials of one session resemble one another, so
 * each side's trials are divided by its design effect, estimated from the spread of the sessions (Rao and Scott, A simple method
 * for the analysis of clustered binary data, 1992), and Student's t with K₁ + K₂ − 2 degrees of freedom takes the place of
 * the normal quantile where there is any clustering. Rates that are equal in all sessions are compared exactly.
 */
export function compareRates(old: readonly SessionRate[], next: readonly SessionRate[], alpha: number): RateComparison {
  const sides = [old, next].map(effective) as [Effective, Effective]
  const [first, second] = sides
  const designEffects: [number, number] = [first.designEffect, second.designEffect]
  const answer = { old: first.share, next: second.share, designEffects }
  const estimate = second.share - first.share
  const shares = [...old, ...next].map(({ numerator, denominator }) => numerator / denominator)
  if (!enoughSessions(old.length) || !enoughSessions(next.length))
    return { ...answer, difference: null, half: Number.NaN }
  if (shares.every((share) => share === shares[0])) {
    return { ...answer, difference: { low: 0, estimate: 0, high: 0 }, half: 0 }
  }
  const clustered = designEffects.some((effect) => effect > 1)
  const z = clustered ? studentTQuantile(1 - alpha, old.length + next.length - 2) : normalQuantile(1 - alpha)
  const [low, high] = newcombe(second.proportion, first.proportion, z)
  return { ...answer, difference: { low, estimate, high }, half: (high - low) / 2 }
}

interface Effective {
  share: number
  designEffect: number
  proportion: Proportion
}

function effective(sessions: readonly SessionRate[]): Effective {
  const trials = sessions.reduce((sum, { denominator }) => sum + denominator, 0)
  const successes = sessions.reduce((sum, { numerator }) => sum + numerator, 0)
  const share = successes / trials
  const k = sessions.length
  const residual = sessions.reduce((sum, { numerator, denominator }) => sum + (numerator - share * denominator) ** 2, 0)
  const clusteredVariance = k > 1 ? (k / (k - 1)) * (residual / trials ** 2) : 0
  const binomialVariance = (share * (1 - share)) / trials
  const designEffect = binomialVariance > 0 ? Math.max(1, clusteredVariance / binomialVariance) : 1
  return {
    share,
    designEffect,
    proportion: { successes: successes / designEffect, trials: trials / designEffect },
  }
}
