import { expect } from 'vitest'
import { test } from '../fixtures/index.ts'
import type { CallResult } from '../fixtures/orchestrator/index.ts'
import { createOrchestrator } from '../fixtures/orchestrator/index.ts'

/** What a call costs when the answer is kept, when it is not, and when keeping it pushes another out. */
const maxEntries = 200
const category = 'cache_performance'

const question = (text: string) => ({
  modelId: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: text }],
  maxOutputTokens: 50,
})

/** Connected to the simulator process straight, through no fixture that could be replaced. */
const connected = test.extend('cached', async ({ simulator }, { onCleanup }) => {
  const orchestrator = createOrchestrator({
    endpoints: { openai: { id: 'openai', baseUrl: simulator.url, apiKey: 'bench-cache' } },
    cache: { maxEntries },
  })
  onCleanup(() => orchestrator.close())
  return orchestrator
})

const hitRate = (hits: number, lookups: number) => ({
  kind: 'rate' as const,
  title: 'Hit Rate',
  direction: 'higher' as const,
  gate: false,
  numerator: hits,
  denominator: lookups,
  unit: '%' as const,
})

connected('Cold cache', async ({ bench, cached }) => {
  const call = cached.callModel
  let asked = 0
  const ask = () => call(question(`Question ${asked++} that nobody asked before.`))
  expect(await ask()).toMatchObject({ cached: false, model: 'gpt-4o-mini' })

  const missNs: number[] = []
  await bench(
    'cache_cold',
    {
      category,
      title: 'Cold cache',
      metadata: { model: 'gpt-4o-mini', max_entries: maxEntries },
      metrics: async () => {
        const { hits, misses } = cached.cacheStatistics()!
        const repeated = question('A question asked before.')
        await call(repeated)
        for (let round = 0; round < 30; round++) missNs.push(await penaltyNs(ask, () => call(repeated)))
        return {
          hit_rate: hitRate(hits, hits + misses),
          miss_penalty: {
            kind: 'quantity',
            title: 'Miss Penalty',
            direction: 'lower',
            gate: false,
            value: missNs.toSorted((left, right) => left - right)[15]!,
            unit: 'ns',
          },
        }
      },
    },
    ask,
  ).run()
  expect(cached.cacheStatistics()?.evictions, 'old answers made room').toBeGreaterThanOrEqual(0)
})

connected('Warm cache', { tags: ['quick'] }, async ({ bench, cached }) => {
  const call = cached.callModel
  const repeated = question('A question asked before.')
  await call(repeated)
  expect(await call(repeated)).toMatchObject({ cached: true, costNanoDollars: 0 })
  const before = cached.cacheStatistics()!

  await bench(
    'cache_warm',
    {
      category,
      title: 'Warm cache',
      metadata: { model: 'gpt-4o-mini', max_entries: maxEntries },
      metrics: () => {
        const { hits, misses } = cached.cacheStatistics()!
        return { hit_rate: hitRate(hits - before.hits, hits - before.hits + misses - before.misses) }
      },
    },
    () => call(repeated),
  ).run()
})

connected('Eviction', async ({ bench, cached }) => {
  const call = cached.callModel
  let asked = 0
  const ask = () => call(question(`Question ${asked++} for a full cache.`))
  for (let filled = 0; filled < maxEntries; filled++) await ask()
  expect(cached.cacheStatistics()).toMatchObject({ entries: maxEntries, evictions: 0 })
  await ask()
  expect(cached.cacheStatistics()).toMatchObject({ entries: maxEntries, evictions: 1 })

  await bench(
    'cache_eviction',
    {
      category,
      title: 'Eviction',
      metadata: { model: 'gpt-4o-mini', max_entries: maxEntries },
      metrics: () => {
        const { hits, misses, bytes, entries } = cached.cacheStatistics()!
        return {
          hit_rate: hitRate(hits, hits + misses),
          memory_overhead: {
            kind: 'quantity',
            title: 'Memory per Entry',
            direction: 'lower',
            gate: false,
            value: bytes / entries,
            unit: 'B',
          },
        }
      },
    },
    ask,
  ).run()
})

/** How much longer a call takes that misses than one that hits, ns. */
async function penaltyNs(miss: () => Promise<CallResult>, hit: () => Promise<CallResult>): Promise<number> {
  const start = process.hrtime.bigint()
  await miss()
  const middle = process.hrtime.bigint()
  await hit()
  return Number(middle - start - (process.hrtime.bigint() - middle))
}
