import { cacheRule } from './advice/cache.ts'
import { concurrencyRule } from './advice/concurrency.ts'
import { latencyRule } from './advice/latency.ts'
import { memoryRule } from './advice/memory.ts'
import { selectionRule } from './advice/selection.ts'
import type { AreaAdvice } from './analysis.ts'
import type { Figures } from './figures.ts'

const rules = [selectionRule, memoryRule, concurrencyRule, cacheRule, latencyRule]

/** Advice for each area whose figure breaks its limit; a sentence that no figure supports is left out. */
export function findRecommendations(all: readonly Figures[]): AreaAdvice[] {
  return rules.flatMap(({ area, title, find, advice }) => {
    const finding = find(all)
    if (finding === null) return []
    const supported = advice
      .map(({ text, facts }) => ({ text, facts: facts(finding, all) }))
      .filter(({ facts }) => facts.length > 0)
    return [{ area, title, key: finding.figures.key, cause: finding.cause, limit: finding.limit, advice: supported }]
  })
}
