import { describe, expect, vi } from 'vitest'
import { test } from '../../../fixtures/index.ts'
import { makeMixedRequest, makeRequest } from '../../../fixtures/make-request.ts'
import { createModelPool, createModelRegistry } from '../../../fixtures/orchestrator/index.ts'
import type { Simulator } from '../../../fixtures/providers/start-simulator.ts'
import {
  createFaultyOrchestrator,
  type Fault,
  faults,
  faultyPool,
  readFault,
} from '../../../fixtures/system/injected-fault.ts'
import { createReferenceSystem } from '../../../fixtures/system/system.ts'
import { taskClasses } from '../../../fixtures/workload.ts'
import { toBaseline } from '../../../plugin/judge/baseline.ts'
import { judge } from '../../../plugin/judge/judge.ts'
import { resolveOptions } from '../../../plugin/options.ts'
import { runOf } from '../../support/sketch-run.ts'
import { fakeTest, measure } from '../measure/fake-group.ts'

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

  /**
   * The load of `concurrent_20_quick_qa`, cut short: four sessions of it, in one process. Twice as slow (34 ms a request), so
   * that a machine which is busy elsewhere adds little to it.
   */
  async function sessionsOf(simulator: Simulator, fault: Fault | null, requests: number) {
    const { callModel, close, apiKey } = createReferenceSystem(simulator, {}, fault)
    await simulator.configure(apiKey, { timeScale: 2 })
    const fake = fakeTest()
    let asked = 0
    const ask = () => callModel(makeRequest(taskClasses.quick_qa, asked++))
    for (let session = 0; session < 4; session++) {
      await measure([[`session ${session}`, ask, { load: { concurrency: 20, requests } }]], { test: fake })
    }
    await close()
    return fake.meta.verdict!.map(({ metrics }) => ({ metrics }))
  }

  test('is found by the load that should: a limiter stuck at 1 by its durations, failed requests by their rate', {
    timeout: 300_000,
  }, async ({ systemSimulator }) => {
    const baseline = toBaseline(runOf(await sessionsOf(systemSimulator!, null, 100)), {
      acceptedAt: '2026-01-02T03:04:05Z',
    })
    const judged = async (fault: Fault, requests: number) => {
      const run = runOf(await sessionsOf(systemSimulator!, fault, requests))
      const { exitCode, benchmarks } = judge(run, baseline, resolveOptions({ failOn: 'low' }))
      const metrics = Object.entries(benchmarks[0]!.metrics)
      return { exitCode, regressed: metrics.flatMap(([name, { verdict }]) => (verdict === 'regressed' ? [name] : [])) }
    }
    const stuck = await judged('limiter-stuck', 20)
    expect(stuck.exitCode).toBe(1)
    expect(stuck.regressed).toEqual(expect.arrayContaining(['duration_median', 'duration_mean']))
    expect(stuck.regressed).not.toContain('success_rate')
    const failing = await judged('failed-requests', 100)
    expect(failing.exitCode).toBe(1)
    expect(failing.regressed).toContain('success_rate')
  })
})
