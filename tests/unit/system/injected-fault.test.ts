import { describe, expect, vi } from 'vitest'
import { test } from '../../../fixtures/index.ts'
import { makeMixedRequest, makeRequest } from '../../../fixtures/make-request.ts'
import { createModelPool, createModelRegistry } from '../../../fixtures/orchestrator/index.ts'
import {
  createFaultyOrchestrator,
  type Fault,
  faults,
  faultyPool,
  readFault,
} from '../../../fixtures/system/injected-fault.ts'
import { taskClasses } from '../../../fixtures/workload.ts'

const request = makeRequest(taskClasses.quick_qa, 1)

describe('an injected fault', () => {
  test('is read from the environment, and a name that is not known is refused', () => {
    expect(readFault({})).toBeNull()
    expect(faults.map((fault) => readFault({ MODEL_ORCHESTRATOR_FAULT: fault }))).toEqual(faults)
    expect(() => readFault({ MODEL_ORCHESTRATOR_FAULT: 'typo' })).toThrow('must be one of selector-slow')
  })

  test('fails every 20th call, spoils the cache, or lets one request through at a time', async ({ simulator }) => {
    const create = (fault: Fault) =>
      createFaultyOrchestrator(
        { endpoints: { openai: { id: 'openai', baseUrl: simulator.url, apiKey: fault } } },
        fault,
      )
    const failing = create('failed-requests')
    const outcomes = await Promise.allSettled(Array.from({ length: 40 }, () => failing.callModel(request)))
    expect(outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index + 1] : []))).toEqual([20, 40])

    const uncached = create('cache-never-hits')
    await uncached.callModel(request)
    expect(await uncached.callModel(request)).toMatchObject({ cached: false })

    const stuck = create('limiter-stuck')
    const calls = [1, 2, 3].map((number) => stuck.callModel(makeMixedRequest(number)))
    await calls[0]
    expect(stuck.router.bulkhead('openai').active).toBeLessThanOrEqual(1)
    await Promise.all(calls)
  })

  test('leaves 1 MB behind with every load of a model, and none with a use of a loaded one', async () => {
    const pool = faultyPool(createModelPool({ budgetBytes: 1e12 }), 'leak-per-load')
    const model = createModelRegistry().require('mistral:7b')
    const alloc = vi.spyOn(Buffer, 'alloc')
    for (let cycle = 0; cycle < 5; cycle++) {
      await pool.warm(model, 1024)
      await pool.warm(model, 1024)
      await pool.unload(model.id)
    }
    expect(alloc.mock.calls.filter(([bytes]) => bytes === 1_000_000)).toHaveLength(5)
    alloc.mockRestore()
  })
})
