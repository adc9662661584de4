import { describe, expect, vi } from 'vitest'
import { test } from '../../../fixtures/index.ts'
import { makeMixedRequest, makeRequest } from '../../../fixtures/make-request.ts'
import { createModelPool, createModelRegistry, createSelector } from '../../../fixtures/orchestrator/index.ts'
import type { Simulator } from '../../../fixtures/providers/start-simulator.ts'
import {
  createFaultyOrchestrator,
  createFaultySelector,
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

    const streaming = create('failed-requests')
    for (let stream = 1; stream < 20; stream++) await streaming.streamModel(request).next()
    await expect(streaming.streamModel(request).next()).rejects.toThrow('MODEL_ORCHESTRATOR_FAULT asks for it')

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
    const leaks = () => alloc.mock.calls.filter(([bytes]) => bytes === 1_000_000).length
    expect(leaks()).toBe(5)
    await pool.use(model, 1024, async () => undefined)
    await pool.unload(model.id)
    const held = await pool.hold(model, 1024)
    held.release()
    expect(leaks()).toBe(7)
    expect(faultyPool(pool, null)).toBe(pool)
    alloc.mockRestore()
  })

  test('leaves 1 MB behind with every model that a call loads, where there is a pool', async ({ simulator }) => {
    const endpoints = { ollama: { id: 'ollama', baseUrl: simulator.url, apiKey: 'leak' } }
    const alloc = vi.spyOn(Buffer, 'alloc')
    const leaks = () => alloc.mock.calls.filter(([bytes]) => bytes === 1_000_000).length
    const pool = createModelPool({ budgetBytes: 1e12 })
    const local = { ...request, modelId: 'mistral:7b' }
    const leaking = createFaultyOrchestrator({ endpoints, pool, cache: false }, 'leak-per-load')
    for (let call = 0; call < 2; call++) await leaking.callModel(local)
    expect(leaks()).toBe(1)
    await createFaultyOrchestrator({ endpoints }, 'leak-per-load').callModel(local)
    expect(leaks()).toBe(1)
    alloc.mockRestore()
  })

  test('makes three of ten selections twice', () => {
    const registry = createModelRegistry([createModelRegistry().require('gpt-4o-mini')])
    const openai = { id: 'openai', baseUrl: 'http://127.0.0.1:1' }
    let reads = 0
    /** Every selection looks once at the registry's version. */
    const counted = {
      ...registry,
      get version() {
        reads++
        return registry.version
      },
    }
    const task = { taskType: 'quick_qa', complexity: 'low' } as const
    const looksOf = (select: (request: typeof task) => { modelId: string }) => {
      const before = reads
      for (let selection = 0; selection < 100; selection++) expect(select(task).modelId).toBe(expected)
      return reads - before
    }
    const expected = createSelector(registry).select(task).modelId
    expect(looksOf(createFaultySelector(counted).select)).toBe(100)
    vi.stubEnv('MODEL_ORCHESTRATOR_FAULT', 'selector-slow')
    const slow = looksOf(createFaultySelector(counted).select)
    vi.unstubAllEnvs()
    const slowInside = looksOf(
      createFaultyOrchestrator({ registry: counted, endpoints: { openai } }, 'selector-slow').selectModel,
    )
    // 29 or 30 of 100: tenths add up to a little more or less than one.
    for (const looks of [slow, slowInside]) expect([129, 130]).toContain(looks)
  })

  test('blocks the thread for 50 ms in every second, until it is closed', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const blocked = createFaultyOrchestrator({}, 'event-loop-blocked')
      const from = performance.now()
      vi.advanceTimersByTime(2_000)
      expect(performance.now() - from).toBeGreaterThanOrEqual(100)
      await blocked.close()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  /** The load of `concurrent_20_quick_qa`, cut short: four sessions of it, in one process. */
  async function sessionsOf(simulator: Simulator, fault: Fault | null, requests: number) {
    const { callModel, close } = createReferenceSystem(simulator, {}, fault)
    const fake = fakeTest()
    let asked = 0
    const ask = () => callModel(makeRequest(taskClasses.quick_qa, asked++))
    for (let session = 0; session < 4; session++) {
      await measure([[`session ${session}`, ask, { load: { concurrency: 20, requests } }]], { test: fake })
    }
    await close()
    return fake.meta.verdict!.map(({ metrics }) => ({ metrics }))
  }

  test('fails the run by the rate of its successes where requests fail', async ({ systemSimulator }) => {
    const baseline = toBaseline(runOf(await sessionsOf(systemSimulator!, null, 100)), {
      acceptedAt: '2026-01-02T03:04:05Z',
    })
    const run = runOf(await sessionsOf(systemSimulator!, 'failed-requests', 100))
    const { exitCode, benchmarks } = judge(run, baseline, resolveOptions({ failOn: 'low' }))
    expect(exitCode).toBe(1)
    expect(benchmarks[0]!.metrics.success_rate!.verdict).toBe('regressed')
  })
})
