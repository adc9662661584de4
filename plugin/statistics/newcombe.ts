import { wilson } from './wilson.ts'

/** Successes among trials; both may be fractional where trials were down-weighted for clustering. */
export interface Proportion {
  successes: number
  trials: number
}

/**
 * Interval of the difference of two independent proportions, `first − second`: Newcombe's hybrid score interval without
 * continuity correction (Newcombe, Interval estimation for the difference between independent proportions, Statistics in
 * Medicine 17, 1998, method 10).
 * @example newcombe({ successes: 56, trials: 70 }, { successes: 48, trials: 80 }, 1.959964) // [0.0524, 0.3339]
 */
export function newcombe(first: Proportion, second: Proportion, z: number): [low: number, high: number] {
  const p1 = first.successes / first.trials
  const p2 = second.successes / second.trials
  const [l1, u1] = wilson(first.successes, first.trials, z)
  const [l2, u2] = wilson(second.successes, second.trials, z)
  return [p1 - p2 - Math.hypot(p1 - l1, u2 - p2), p1 - p2 + Math.hypot(u1 - p1, p2 - l2)]
}
