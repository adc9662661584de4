import { expect, inject } from 'vitest'
import { test } from '../fixtures/index.ts'
import {
  createModelPool,
  createModelRegistry,
  type Model,
  type ModelPool,
  memoryRequirement,
} from '../fixtures/orchestrator/index.ts'
import { faultyPool, refuseForeign } from '../fixtures/system/index.ts'
import { watchAllocation } from '../plugin/measure/probes/allocation.ts'
import { median } from '../plugin/statistics/median.ts'
import { leakedBytes } from './measures/leaked-bytes.ts'
import { quantity } from './measures/quantity.ts'
import { settledBytes } from './measures/settled-memory.ts'

/**
 * What this process holds for a resident model. Weights and key-values are with the provider, which the pool accounts for
 * (`pool_accounting`); the process itself holds a handle with an index of the prompts that the model has read, sized by those
 * key-values. The process is measured, not the accounting.
 */
const options = inject('vitestVerdict')
const registry = createModelRegistry()
const cases = [
  { key: 'memory_allocation_7b', title: '7B model', modelIds: ['mistral:7b'] },
  { key: 'memory_allocation_32b', title: '32B model', modelIds: ['qwen2.5-coder:32b'] },
  { key: 'memory_allocation_70b', title: '70B model', modelIds: ['llama-3.1-70b'] },
  { key: 'memory_allocation_analytical', title: 'Analytical models', modelIds: options.analyticalModels },
]

const leakCycles = 1_000
/** An entry of a Map is more than that, and what else goes on in the process is less. */
const leakLimitBytes = 128
/** Sets of handles held at the same time, so that one is more than the noise. */
const copies = 16
/** English text in most tokenisers. */
const charactersPerToken = 4

for (const { key, title, modelIds } of cases) {
  test(title, async ({ bench, foreignSystem, skip }) => {
    refuseForeign(foreignSystem, skip, 'the pool of local models')
    if (key.endsWith('analytical') && !options.useAnalyticalModels) skip('useAnalyticalModels is false')
    const models = modelIds.map((id) => registry.require(id))
    const pool = createPool()
    const prompts = promptsOf(models)
    const load = async () => {
      for (const model of models) await pool.warm(model, model.contextWindow)
    }
    const unload = async () => {
      for (const { id } of models) await pool.unload(id)
    }
    const fill = async () => {
      for (const model of models) await readIts(pool, model, prompts)
    }

    await bench(
      key,
      {
        category: 'memory_allocation',
        title,
        metadata: { models: modelIds.join(', '), leak_cycles: leakCycles, handles: copies },
        beforeAll: async (mode) => {
          // Not before the warm-up, whose hooks would be taken off the time to measure.
          if (mode === 'warmup') return
          const { cycles, bytesPerCycle } = await leakedBytes(async () => {
            await load()
            await unload()
          }, leakCycles)
          expect(bytesPerCycle, `bytes that each of ${cycles} loads left behind`).toBeLessThan(leakLimitBytes)
        },
        metrics: async () => {
          // The first time what is compiled meanwhile would be counted as well.
          await measureHandles(models)
          const handles = await measureHandles(models)
          return {
            allocation_time: quantity('Allocation Time', handles.allocationNs, 'ns'),
            allocated_average: quantity('Average Allocated', handles.heldBytes, 'B', { gate: true }),
            allocated_peak: quantity('Peak Allocated', handles.peakBytes, 'B'),
            allocated_total: quantity('Total Allocated', handles.totalBytes, 'B'),
            memory_efficiency: quantity('Memory Efficiency', handles.efficiency * 100, '%', { direction: 'higher' }),
            memory_remaining: quantity('Remaining after Release', handles.remainingBytes, 'B'),
            process_memory: quantity('Process Memory', handles.processBytes, 'B'),
            pool_accounting: {
              kind: 'count',
              title: "Provider's Memory by the Pool's Account",
              direction: 'lower',
              gate: false,
              value: handles.accountedBytes,
              unit: 'B',
            },
          }
        },
      },
      // Memory is given when it is written to: so the handle is filled, by a prompt as long as the context.
      async () => {
        await load()
        await fill()
        await unload()
      },
    ).run()
  })
}

function createPool() {
  // The provider's memory is not what is measured: there is room for everything.
  return faultyPool(createModelPool({ budgetBytes: Number.MAX_SAFE_INTEGER }))
}

/** Loads the models `copies` times, lets each read a prompt as long as its context, and releases them. Per set of handles. */
async function measureHandles(models: readonly Model[]) {
  const pool = createPool()
  const held = Array.from({ length: copies }, (_, copy) =>
    models.map((model) => ({ ...model, id: `${model.id} ${copy}` })),
  )
  const prompts = promptsOf(models)
  const before = await settledBytes()
  const allocation = watchAllocation()
  const timesNs: number[] = []
  for (const set of held) {
    const start = process.hrtime.bigint()
    for (const model of set) await pool.warm(model, model.contextWindow)
    timesNs.push(Number(process.hrtime.bigint() - start))
  }
  for (const model of held.flat()) await readIts(pool, model, prompts)
  const watched = allocation?.stop()
  const processBytes = process.memoryUsage.rss()
  const heldBytes = (await settledBytes()) - before
  const usefulBytes = pool.residents().reduce((sum, { index }) => sum + index.usedBytes, 0)
  const accountedBytes = pool.statistics().usedBytes / copies
  for (const { id } of held.flat()) await pool.unload(id)
  const remainingBytes = (await settledBytes()) - before

  expect(pool.residents()).toHaveLength(0)
  expect(accountedBytes).toBe(
    models.reduce((sum, model) => sum + memoryRequirement(model, model.contextWindow).totalBytes, 0),
  )
  return {
    allocationNs: median(timesNs),
    heldBytes: heldBytes / copies,
    peakBytes: ((watched?.peakBytes ?? heldBytes + before) - before) / copies,
    totalBytes: (watched?.allocatedBytes ?? heldBytes) / copies,
    efficiency: usefulBytes / heldBytes,
    remainingBytes: remainingBytes / copies,
    processBytes,
    accountedBytes,
  }
}

async function readIts(pool: ModelPool, model: Model, prompts: ReadonlyMap<number, string>): Promise<void> {
  const prompt = prompts.get(model.contextWindow)!
  await pool.use(model, model.contextWindow, async (handle) => handle.read(prompt))
}

/** Prompts by the context that they fill. */
function promptsOf(models: readonly Model[]): ReadonlyMap<number, string> {
  return new Map(models.map(({ contextWindow }) => [contextWindow, promptOf(contextWindow)]))
}

/** Text as long as a context, no page of which is like another. */
function promptOf(tokens: number): string {
  const words = Array.from(
    { length: tokens },
    (_, index) => `${index.toString(36).padStart(charactersPerToken - 1, '.')} `,
  )
  return words.join('').slice(0, tokens * charactersPerToken)
}
