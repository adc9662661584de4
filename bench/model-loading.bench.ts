import { expect } from 'vitest'
import { simulatedEndpoints } from '../fixtures/context/api-clients.ts'
import { test } from '../fixtures/index.ts'
import {
  createModelPool,
  createModelRegistry,
  createOllamaClient,
  memoryRequirement,
  ollamaLoading,
} from '../fixtures/orchestrator/index.ts'
import { createFaultyOrchestrator, needsReference, type ReferenceSystem } from '../fixtures/system/index.ts'
import { median } from '../plugin/statistics/median.ts'
import { quantity } from './measures/quantity.ts'

/**
 * A call of one token to a local model that is not in memory, or is; the pool loads and unloads by Ollama's API. The simulated
 * server reads weights at its disk's rate (`stockHardware`), so that classes differ as their sizes do; what is the provider's
 * part and what the orchestrator's is told apart.
 */
const category = 'model_loading'
const sizeClasses = { '7b': 'codellama:7b', '32b': 'qwen2.5-coder:32b', '70b': 'llama-3.1-70b' }
const otherLarge = 'deepseek-r1-70b'
/** What the pool asks for when a call says nothing. */
const contextTokens = 4_096
const comparisons = 10
const measuredMs = 300
/** Half of what the smallest class takes; to find a model loaded takes some microseconds. */
const shortestLoadMs = 1

const registry = createModelRegistry()
const bytesOf = (modelId: string) => memoryRequirement(registry.require(modelId), contextTokens).totalBytes

for (const [sizeClass, modelId] of Object.entries(sizeClasses)) {
  const metadata = { size_class: sizeClass, selected_model: modelId, provider_memory_bytes: bytesOf(modelId) }

  test(`${sizeClass}, cold`, async ({ bench, system, skip }) => {
    needsReference(system, skip, 'the pool of local models')
    const { ask, pool, providerLoadsMs, close } = connect(system, bytesOf(modelId))
    try {
      await ask(modelId)
      await bench(
        `model_loading_${sizeClass}_cold`,
        {
          category,
          title: `Load a ${sizeClass} model`,
          time: measuredMs,
          metadata,
          beforeEach: async () => {
            expect(await pool.unload(modelId)).toBe(true)
          },
          metrics: async () => {
            const { loads: loaded, loadMs } = pool.statistics()
            const providerMs = mean(await providerLoadsMs())
            return {
              load_time: quantity('Load Time', (loadMs / loaded) * 1e6, 'ns'),
              provider_load: quantity("Provider's Load Time", providerMs * 1e6, 'ns'),
              load_overhead: quantity('Load Overhead', (loadMs / loaded - providerMs) * 1e6, 'ns', {
                gate: true,
                partOf: 'load_time',
              }),
            }
          },
        },
        () => ask(modelId),
      ).run()
    } finally {
      await close()
    }
  })

  test(`${sizeClass}, resident`, async ({ bench, system, skip }) => {
    needsReference(system, skip, 'the pool of local models')
    const { ask, pool, close } = connect(system, bytesOf(modelId))
    try {
      await ask(modelId)
      const { loads: before } = pool.statistics()
      await bench(
        `model_loading_${sizeClass}_resident`,
        { category, title: `Call a resident ${sizeClass} model`, time: measuredMs, metadata },
        () => ask(modelId),
      ).run()
      expect(pool.statistics().loads, 'a resident model is not loaded again').toBe(before)
    } finally {
      await close()
    }
  })
}

test('Eviction', async ({ bench, system, skip }) => {
  needsReference(system, skip, 'the pool of local models')
  const large = sizeClasses['70b']
  const { ask, pool, close } = connect(system, Math.max(bytesOf(large), bytesOf(otherLarge)))
  let next = large
  const askTheOther = () => {
    next = next === large ? otherLarge : large
    return ask(next)
  }
  try {
    await askTheOther()
    await bench(
      'model_loading_eviction',
      {
        category,
        title: 'Load a 70b model in the place of another',
        time: measuredMs,
        metadata: { size_class: '70b', models: `${large}, ${otherLarge}` },
        metrics: async () => {
          const evictedMs: number[] = []
          for (let comparison = 0; comparison < comparisons; comparison++) {
            const evicting = await timed(askTheOther)
            await pool.unload(next)
            evictedMs.push(evicting - (await timed(askTheOther)))
          }
          return { eviction_cost: quantity('Eviction Cost', median(evictedMs) * 1e6, 'ns') }
        },
      },
      askTheOther,
    ).run()
    const { evictions, loads } = pool.statistics()
    expect(evictions, 'every load but those into free room evicts').toBe(loads - 1 - comparisons)
  } finally {
    await close()
  }
})

/** An orchestrator in the system's world at the provider, with a pool of so much memory that loads by Ollama's API. */
function connect({ simulator, apiKey }: ReferenceSystem, budgetBytes: number) {
  const endpoints = simulatedEndpoints(simulator.url, apiKey)
  const client = createOllamaClient(endpoints.ollama, globalThis.fetch)
  const pool = createModelPool({ budgetBytes, ...ollamaLoading(client, registry) })
  const orchestrator = createFaultyOrchestrator({ endpoints, pool, cache: false })
  /** What the provider's own clock says of each load; other requests to the same path find the model loaded. */
  const providerLoadsMs = async () =>
    (await simulator.requests(apiKey)).map(({ loadMs }) => loadMs).filter((loadMs) => loadMs > shortestLoadMs)
  const ask = (modelId: string) =>
    orchestrator.callModel({ modelId, messages: [{ role: 'user', content: 'Ready?' }], maxOutputTokens: 1 })
  return { ask, pool, providerLoadsMs, close: () => orchestrator.close() }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await call()
  return performance.now() - start
}
