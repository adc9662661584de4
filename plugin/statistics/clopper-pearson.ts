import { inverseIncompleteBeta } from './special-functions.ts'

/**
 * Exact two-sided interval of a proportion (Clopper and Pearson, 1934); with no event, or nothing but events, the whole of α
 * stands on both sides all the same.
 * @example clopperPearson(0, 2300) // [0, 0.0016025…]
 */
export function clopperPearson(successes: number, trials: number, confidence = 0.95): [low: number, high: number] {
  const tail = (1 - confidence) / 2
  return [
    successes === 0 ? 0 : inverseIncompleteBeta(successes, trials - successes + 1, tail),
    successes === trials ? 1 : inverseIncompleteBeta(successes + 1, trials - successes, 1 - tail),
  ]
}
