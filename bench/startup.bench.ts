import { expect } from 'vitest'
import { test } from '../fixtures/index.ts'
import {
  type StartedProcess,
  type StartReport,
  type StartStep,
  startProcess,
} from '../fixtures/startup/start-process.ts'
import { needsReference } from '../fixtures/system/index.ts'
import type { Metric } from '../plugin/run/metric.ts'
import { median } from '../plugin/statistics/median.ts'
import { quantity } from './measures/quantity.ts'

/**
 * From the start of a process to an orchestrator that takes requests (or has answered one). Every iteration is a fresh
 * process: what has been compiled or loaded before is reused by none but `startup_warm`, through Node's compile cache.
 */
const iterations = 2

interface Case {
  key: string
  title: string
  /** The step that ends the measured time. */
  until: StartStep
  /** The last one that the process takes before it ends. */
  wish: StartStep
  cached: boolean
}

const cases: readonly Case[] = [
  { key: 'startup_cold', title: 'Cold start', until: 'ready', wish: 'warm', cached: false },
  { key: 'startup_warm', title: 'Start with a warm compile cache', until: 'ready', wish: 'ready', cached: true },
  { key: 'startup_first_request', title: 'First request', until: 'answered', wish: 'answered', cached: false },
]

for (const { key, title, until, wish, cached } of cases) {
  test(title, async ({ bench, system, skip, tempDir }) => {
    needsReference(system, skip, 'a process that is started afresh')
    const baseUrl = system.simulator.url
    const start = () => startProcess({ wish, baseUrl, ...(cached && { compileCache: tempDir }) })
    let started: StartedProcess | undefined
    const reports: Record<StartStep, StartReport[]> = { ready: [], answered: [], warm: [] }

    await bench(
      key,
      {
        category: 'startup_time',
        title,
        metadata: { process: 'fresh', compile_cache: cached ? 'warm' : 'off', until },
        iterations,
        warmupTime: 0,
        warmupIterations: 0,
        // The engine's first call is not timed: it fills the compile cache and the operating system's cache of files.
        afterEach: async (mode) => {
          await started!.ended
          if (mode === 'warmup') return
          reports.ready.push(await started!.reached('ready'))
          if (wish !== 'ready') reports[wish].push(await started!.reached(wish))
        },
        metrics: () => ({
          initialisation_time: took('Initialisation Time', reports.ready),
          memory_at_start: quantity('Memory at Start', median(reports.ready.map(({ rssBytes }) => rssBytes)), 'B'),
          heap_at_start: quantity('Heap at Start', median(reports.ready.map(({ heapBytes }) => heapBytes)), 'B'),
          ...(wish === 'warm' && { warm_up_time: took('Warm-up Time', reports.warm) }),
          ...(wish === 'answered' && { first_request: took('First Request', reports.answered) }),
        }),
      },
      async () => {
        started = start()
        return started.reached(until)
      },
    ).run()
    expect(reports.ready).toHaveLength(iterations)
  })
}

function took(title: string, reports: readonly StartReport[]): Metric {
  return quantity(title, median(reports.map(({ tookMs }) => tookMs)) * 1e6, 'ns')
}
