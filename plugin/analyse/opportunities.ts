import type { Opportunity } from './analysis.ts'
import type { Figures } from './figures.ts'
import { improveCache } from './opportunities/cache.ts'
import { reduceContention } from './opportunities/contention.ts'
import { makeLessGarbage } from './opportunities/garbage-collection.ts'
import { speedUpHotFunctions } from './opportunities/hot-function.ts'
import { flattenMemoryPeak } from './opportunities/memory-peak.ts'
import { reduceOverhead } from './opportunities/overhead.ts'
import { rankingScore } from './opportunities/rate-priority.ts'
import { shortenTail } from './opportunities/slow-tail.ts'
import { raiseSuccessRate } from './opportunities/success-rate.ts'

const rulesPerBenchmark = [raiseSuccessRate, flattenMemoryPeak, makeLessGarbage, shortenTail, reduceOverhead]
const rulesOverAll = [speedUpHotFunctions, improveCache, reduceContention]
const order = ['high', 'medium', 'low']

/** What could be gained, most worthwhile first: by priority, then by gain against effort. */
export function findOpportunities(all: readonly Figures[]): Opportunity[] {
  return [
    ...all.flatMap((figures) => rulesPerBenchmark.flatMap((rule) => rule(figures))),
    ...rulesOverAll.flatMap((rule) => rule(all)),
  ].toSorted(
    (a, b) =>
      order.indexOf(a.priority) - order.indexOf(b.priority) ||
      rankingScore(b.gainPercent, b.effort) - rankingScore(a.gainPercent, a.effort),
  )
}
