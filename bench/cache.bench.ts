import { expect } from 'vitest'
import { test } from '../fixtures/index.ts'
import type { CacheStatistics } from '../fixtures/orchestrator/index.ts'
import { needsReference, type SystemRequest } from '../fixtures/system/index.ts'
import { median } from '../plugin/statistics/median.ts'
import { quantity } from './measures/quantity.ts'

/** What a call costs when the answer is kept, when it is not, and when keeping it pushes another out. */
const maxEntries = 200
const category = 'cache_performance'
/** 2 ms of the provider's time: 5 tokens at 0.4 ms (`workload.ts`). */
const question = (text: string): SystemRequest => ({
  modelId: 'gpt-4o-mini',
  messages: [{ role: 'user', content: text }],
  maxOutputTokens: 5,
  taskType: 'quick_qa',
})
const metadata = { task_type: 'quick_qa', complexity: 'low', selected_model: 'gpt-4o-mini', max_entries: maxEntries }
const comparisons = 30

test.override('orchestratorOptions', { cache: { maxEntries } })

const hitRate = (hits: number, lookups: number, gate = false) => ({
  kind: 'rate' as const,
  title: 'Hit Rate',
  direction: 'higher' as const,
  gate,
  numerator: hits,
  denominator: lookups,
  unit: '%' as const,
})

/** What the cache's own account says an entry takes. */
const memoryOverhead = ({ bytes, entries }: CacheStatistics) => ({
  memory_overhead: quantity('Memory per Entry', bytes / Math.max(1, entries), 'B'),
  memory_held: quantity('Memory of the Cache', bytes, 'B'),
})

test('Cold cache', async ({ bench, system, skip }) => {
  const statistics = () => system.cacheStatistics?.() ?? null
  if (!statistics()) return skip('needs cacheStatistics, which the system under test lacks')
  const call = system.callModel
  let asked = 0
  const ask = () => call(question(`Question ${asked++} that nobody asked before.`))
  await ask()
  expect(statistics()).toMatchObject({ hits: 0, misses: 1 })

  const missNs: number[] = []
  await bench(
    'cache_cold',
    {
      category,
      title: 'Cold cache',
      metadata,
      metrics: async () => {
        const { hits, misses } = statistics()!
        const repeated = question('A question asked before.')
        await call(repeated)
        for (let round = 0; round < comparisons; round++) missNs.push(await penaltyNs(ask, () => call(repeated)))
        return {
          hit_rate: hitRate(hits, hits + misses),
          miss_penalty: quantity('Miss Penalty', median(missNs), 'ns'),
          ...memoryOverhead(statistics()!),
        }
      },
    },
    ask,
  ).run()
})

test('Warm cache', async ({ bench, system, skip }) => {
  const statistics = () => system.cacheStatistics?.() ?? null
  if (!statistics()) return skip('needs cacheStatistics, which the system under test lacks')
  const call = system.callModel
  const repeated = question('A question asked before.')
  await call(repeated)
  const before = statistics()!

  await bench(
    'cache_warm',
    {
      category,
      title: 'Warm cache',
      metadata,
      metrics: () => {
        const { hits, misses } = statistics()!
        return {
          hit_rate: hitRate(hits - before.hits, hits - before.hits + misses - before.misses, true),
          ...memoryOverhead(statistics()!),
        }
      },
    },
    () => call(repeated),
  ).run()
})

test('Eviction', async ({ bench, system, skip }) => {
  needsReference(system, skip, 'a cache of a known size')
  const { callModel: call, cacheStatistics } = system
  let asked = 0
  const ask = () => call(question(`Question ${asked++} for a full cache.`))
  await Promise.all(Array.from({ length: maxEntries }, ask))
  expect(cacheStatistics()).toMatchObject({ entries: maxEntries, evictions: 0 })
  await ask()
  expect(cacheStatistics()).toMatchObject({ entries: maxEntries, evictions: 1 })

  await bench(
    'cache_eviction',
    {
      category,
      title: 'Eviction',
      metadata,
      metrics: () => {
        const { hits, misses } = cacheStatistics()!
        return { hit_rate: hitRate(hits, hits + misses), ...memoryOverhead(cacheStatistics()!) }
      },
    },
    ask,
  ).run()
})

/** How much longer a call takes that misses than one that hits, ns. */
async function penaltyNs(miss: () => Promise<unknown>, hit: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint()
  await miss()
  const middle = process.hrtime.bigint()
  await hit()
  return Number(middle - start - (process.hrtime.bigint() - middle))
}
