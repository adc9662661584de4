import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect } from 'vitest'
import {
  complexities,
  createModelPool,
  createModelRegistry,
  createPooledFetch,
  createSelector,
  memoryRequirement,
  type OrchestratorOptions,
  taskTypes,
} from '../../fixtures/orchestrator/index.ts'
import type { RequestRecord } from '../../fixtures/providers/request-record.ts'
import { collect } from './collect.ts'
import { test } from './strict-world.ts'

// What is fast depends on the machine, so benchmarks judge time. These cases hold what speed rests on: that work is shared,
// kept, done side by side and bounded.

const question = (content: string) => ({
  modelId: 'gpt-4o',
  messages: [{ role: 'user' as const, content }],
  maxOutputTokens: 6,
})

describe('selection speed', () => {
  test('every kind of task is decided without asking anyone', async ({ orchestrator, simulator, apiKey }) => {
    for (const taskType of taskTypes) {
      for (const complexity of complexities)
        expect(orchestrator.selectModel({ taskType, complexity }).modelId).not.toBe('')
    }
    expect(await simulator.requests(apiKey)).toEqual([])
  })

  test('a registry of a thousand models gives the same choice in any order', () => {
    const models = createModelRegistry().list()
    const thousand = Array.from({ length: 1_000 }, (_, index) => ({
      ...models[index % models.length]!,
      id: `model-${index}`,
    }))
    const choose = (list: typeof thousand) =>
      createSelector(createModelRegistry(list)).select({ taskType: 'code_generation', complexity: 'high' }).candidates
    expect(choose(thousand)).toEqual(choose(thousand.toReversed()))
  })

  test('what is learnt during traffic changes the choice, not the number of candidates', ({ orchestrator }) => {
    const task = { taskType: 'reasoning', complexity: 'high' } as const
    const before = orchestrator.selectModel(task)
    for (let round = 0; round < 40; round++) orchestrator.judge(before.modelId, 'reasoning', 0)
    const after = orchestrator.selectModel(task)
    expect(after.modelId).not.toBe(before.modelId)
    expect(after.eligible).toBe(before.eligible)
  })
})

describe('concurrent throughput', () => {
  test('two hundred calls from twenty callers all succeed, side by side at the provider', async ({
    orchestrator,
    simulator,
    apiKey,
    mockApiResponses,
  }) => {
    await mockApiResponses.configure({ providers: { openai: { defaults: { decodeMsPerToken: 5 } } } })
    let next = 0
    const caller = async () => {
      while (next < 200) expect((await orchestrator.callModel(question(`Question ${next++}`))).content).not.toBe('')
    }
    await Promise.all(Array.from({ length: 20 }, caller))
    const records = await simulator.requests(apiKey)
    expect(records).toHaveLength(200)
    expect(records.every(({ outcome }) => outcome === 'answered')).toBe(true)
    expect(mostUnderWay(records)).toBeGreaterThan(10)
    expect(mostUnderWay(records)).toBeLessThanOrEqual(20)
  })

  test('the wait in a full provider is its own, and reported as such', async ({
    orchestrator,
    mockApiResponses,
    simulator,
    apiKey,
  }) => {
    await mockApiResponses.configure({ providers: { openai: { defaults: { servers: 1, decodeMsPerToken: 20 } } } })
    const results = await Promise.all([1, 2, 3].map((number) => orchestrator.callModel(question(`Question ${number}`))))
    const records = await simulator.requests(apiKey)
    const queued = records.map(({ queueMs }) => queueMs).toSorted((a, b) => a - b)
    expect(queued[0]).toBeLessThan(queued[1]!)
    expect(queued[1]).toBeLessThan(queued[2]!)
    for (const { latencyMs, providerMs } of results) expect(latencyMs).toBeGreaterThanOrEqual(providerMs! - 1)
  })

  test('a popular question costs one request however many ask it', async ({ orchestrator, simulator, apiKey }) => {
    await Promise.all(Array.from({ length: 100 }, () => orchestrator.callModel(question('Everybody asks this'))))
    expect(await simulator.requests(apiKey)).toHaveLength(1)
    expect(orchestrator.cacheStatistics()!.hitRate).toBe(0.99)
  })

  test('the first words of a stream are there before its last ones are made', async ({
    orchestrator,
    mockApiResponses,
    simulator,
    apiKey,
  }) => {
    await mockApiResponses.configure({ providers: { openai: { defaults: { decodeMsPerToken: 200 } } } })
    const stream = orchestrator.streamModel(question('Tell me'))
    expect((await stream.next()).value).toMatchObject({ type: 'text' })
    expect((await simulator.requests(apiKey))[0]!.outcome).toBe('pending')
    expect(await collect(stream)).toHaveLength(6)
  })

  describe('over pooled connections', () => {
    test.override('orchestratorOptions', async ({ simulator, apiKey }, { onCleanup }): Promise<OrchestratorOptions> => {
      const pool = await createPooledFetch()
      onCleanup(() => pool.close())
      const endpoints = { openai: { id: 'pooled', baseUrl: simulator.url, apiKey } }
      return { endpoints, fetch: pool.fetch, cache: false }
    })

    test('a hundred calls in turn share a connection or two', async ({ orchestrator }) => {
      let opened = 0
      const count = () => void opened++
      subscribe('undici:client:connected', count)
      for (let call = 0; call < 100; call++) await orchestrator.callModel(question('Again'))
      unsubscribe('undici:client:connected', count)
      expect(opened).toBeGreaterThan(0)
      expect(opened).toBeLessThan(5)
    })
  })
})

describe('several endpoints', () => {
  test.override('orchestratorOptions', ({ simulator, apiKey }): OrchestratorOptions => {
    const endpoint = (id: string) => ({ id, baseUrl: `${simulator.url}/deployments/${id}`, apiKey })
    return { endpoints: { openai: [endpoint('east'), endpoint('west')] }, hedgeAfterMs: 20, cache: false }
  })

  test('share the load', async ({ orchestrator, simulator, apiKey }) => {
    await Promise.all(Array.from({ length: 40 }, (_, index) => orchestrator.callModel(question(`Question ${index}`))))
    const counts = [await simulator.requests(`${apiKey}@east`), await simulator.requests(`${apiKey}@west`)].map(
      ({ length }) => length,
    )
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(10)
  })

  test('cover for one another when one is slow: the second answers, the first is given up', async ({
    orchestrator,
    simulator,
    apiKey,
  }) => {
    await simulator.configure(`${apiKey}@east`, { failures: [{ rate: 1, fail: { kind: 'slow', delayMs: 600_000 } }] })
    await simulator.configure(`${apiKey}@west`, {})
    for (let call = 0; call < 4; call++) {
      expect((await orchestrator.callModel(question(`Question ${call}`))).content).not.toBe('')
    }
    await expect
      .poll(async () => (await simulator.requests(`${apiKey}@east`)).map(({ outcome }) => outcome))
      .toSatisfy((outcomes: string[]) => outcomes.every((outcome) => outcome === 'cancelled'))
  })
})

describe('memory', () => {
  describe('of a small cache', () => {
    test.override('orchestratorOptions', (): OrchestratorOptions => ({ cache: { maxEntries: 10, maxBytes: 20_000 } }))

    test('stays within its bounds, whatever passes through', async ({ orchestrator }) => {
      for (let call = 0; call < 60; call++) {
        await orchestrator.callModel(question(`Question ${call}`))
        const { entries, bytes } = orchestrator.cacheStatistics()!
        expect(entries).toBeLessThanOrEqual(10)
        expect(bytes).toBeLessThanOrEqual(20_000)
      }
      expect(orchestrator.cacheStatistics()!.evictions).toBeGreaterThanOrEqual(50)
    })
  })

  test('models in memory stay within the pool, by weights and context', async () => {
    const registry = createModelRegistry()
    const models = ['codellama:34b', 'llama-3.1-70b', 'mistral:7b'].map((id) => registry.require(id))
    const budgetBytes = memoryRequirement(models[1]!, 4_096).totalBytes
    const pool = createModelPool({ budgetBytes })
    for (const model of [...models, ...models]) {
      await pool.use(model, 4_096, async () => expect(pool.statistics().usedBytes).toBeLessThanOrEqual(budgetBytes))
    }
    const { peakBytes, loads, evictions } = pool.statistics()
    expect(peakBytes).toBe(budgetBytes)
    expect([loads, evictions]).toEqual([6, expect.any(Number)])
    expect(evictions).toBeGreaterThanOrEqual(4)
  })

  test('switching between two models that do not fit together pays the load each time, staying pays none', async ({
    orchestrator,
    mockApiResponses,
  }) => {
    await mockApiResponses.configure({ providers: { ollama: { maxLoadedModels: 1 } } })
    const loadMs = async (modelId: string) =>
      (await orchestrator.callModel({ ...question('Switch'), modelId, cache: false })).loadMs ?? 0
    const loads = [
      await loadMs('codellama:34b'),
      await loadMs('codellama:34b'),
      await loadMs('mistral:7b'),
      await loadMs('codellama:34b'),
    ]
    expect(loads.map((load) => load > 1)).toEqual([true, false, true, true])
  })

  test('a thousand conversations leave nothing behind but their sums', async ({ orchestrator }) => {
    for (let call = 0; call < 1_000; call++) await orchestrator.callModel({ ...question('The same'), sessionId: 'one' })
    expect(orchestrator.ledger.total().calls).toBe(1)
    expect(orchestrator.cacheStatistics()).toMatchObject({ entries: 1, hits: 999 })
  })
})

/** Most requests that the provider worked on at the same time. */
function mostUnderWay(records: readonly RequestRecord[]): number {
  return Math.max(
    ...records.map(({ at }) => records.filter((other) => other.at <= at && other.at + other.totalMs > at).length),
  )
}
