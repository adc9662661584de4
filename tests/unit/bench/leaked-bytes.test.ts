import { describe, expect, test } from 'vitest'
import { leakedBytes } from '../../../bench/measures/leaked-bytes.ts'
import { createModelPool, createModelRegistry } from '../../../fixtures/orchestrator/index.ts'
import { faultyPool } from '../../../fixtures/system/index.ts'

const model = createModelRegistry().require('mistral:7b')
const cycleOf = (pool: ReturnType<typeof createModelPool>) => async () => {
  await pool.warm(model, model.contextWindow)
  await pool.unload(model.id)
}

describe('leakedBytes()', () => {
  test('finds nothing left behind by a thousand loads and unloads of the pool', async () => {
    const { cycles, bytesPerCycle } = await leakedBytes(cycleOf(createModelPool({ budgetBytes: 1e12 })), 1_000)
    expect(cycles).toBe(500)
    expect(bytesPerCycle).toBeLessThan(128)
  })

  test('takes what the process keeps once, however large, for no leak', async () => {
    const kept: Uint8Array[] = []
    let done = 0
    const { bytesPerCycle } = await leakedBytes(async () => {
      if (++done === 750) kept.push(new Uint8Array(1_000_000).fill(1))
    }, 1_000)
    expect(kept).toHaveLength(1)
    expect(bytesPerCycle).toBeLessThan(128)
  })

  test('measures what a load leaves behind, and stops long before it fills the machine', async () => {
    const pool = faultyPool(createModelPool({ budgetBytes: 1e12 }), 'leak-per-load')
    const { cycles, bytesPerCycle } = await leakedBytes(cycleOf(pool), 1_000)
    expect(cycles).toBeLessThan(100)
    expect(bytesPerCycle).toBeGreaterThan(950_000)
    expect(bytesPerCycle).toBeLessThan(1_100_000)
  })
})
