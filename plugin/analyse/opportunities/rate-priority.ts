import type { Level } from '../analysis.ts'

/** Share of a gain that is left after the price of getting it; only the order matters. */
const worth: Record<Level, number> = { low: 1, medium: 0.7, high: 0.4 }

/** The number by which opportunities are ranked: the largest gain the facts allow, weighed with the effort. */
export function rankingScore(gainPercent: { high: number }, effort: Level): number {
  return gainPercent.high * worth[effort]
}

/**
 * Priority from gain and effort.
 * @example ratePriority({ low: 20, high: 50 }, 'low') // 'high'
 */
export function ratePriority(gainPercent: { low: number; high: number }, effort: Level): Level {
  const score = rankingScore(gainPercent, effort)
  if (score >= 40) return 'high'
  return score >= 15 ? 'medium' : 'low'
}
