import type { Change } from '../statistics/estimate.ts'
import type { Verdict } from './report.ts'

/**
 * Judges a change on the log scale (0 = none, positive = worse) against the practical threshold `delta`, also on the log scale:
 *
 *      -delta   0   delta
 *   <---->      |     |          improved      interval below 0, estimate below -delta
 *        |   <--+-->  |          unchanged     interval within the threshold
 *        |      | <---+-->       regressed     interval above 0, estimate above delta
 *        |   <--+-----+-->       inconclusive
 */
export function verdictOf({ low, estimate, high }: Change, delta: number): Exclude<Verdict, 'no-baseline'> {
  if (low > 0 && estimate > delta) return 'regressed'
  if (high < 0 && estimate < -delta) return 'improved'
  return low > -delta && high < delta ? 'unchanged' : 'inconclusive'
}

const ranks: Record<Verdict, number> = { regressed: 4, inconclusive: 3, improved: 2, unchanged: 1, 'no-baseline': 0 }

/** regressed > inconclusive > improved > unchanged > no-baseline; `no-baseline` for none at all. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce<Verdict>((worst, verdict) => (ranks[verdict] > ranks[worst] ? verdict : worst), 'no-baseline')
}
