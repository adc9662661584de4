import type { Change } from '../statistics/estimate.ts'

/** Outcome of an exact comparison. */
export interface ExactComparison {
  old: number
  next: number
  /** Worse is positive, on the log scale; infinite where one side is 0. Null when a side is not the same throughout. */
  change: Change | null
}

/**
 * Compares numbers that are the same whenever the same code runs (VERDICT.md rule 9): any difference is one. Null as change
 * where the count differs from session to session, for then it is not deterministic.
 */
export function compareCounts(old: readonly number[], next: readonly number[]): ExactComparison {
  const [first, second] = [old[0]!, next[0]!]
  const steady = old.every((value) => value === first) && next.every((value) => value === second)
  if (!steady) return { old: first, next: second, change: null }
  const estimate = first === second ? 0 : Math.log(second / first)
  return { old: first, next: second, change: { low: estimate, estimate, high: estimate } }
}
