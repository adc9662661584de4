import { totalmem } from 'node:os'
import pLimit from 'p-limit'
import { expect } from 'vitest'
import { test } from '../fixtures/index.ts'
import { makeMixedRequest } from '../fixtures/make-request.ts'
import { sustained } from '../fixtures/workload.ts'
import type { Measured } from '../plugin/measure/bench-options.ts'
import type { Metric } from '../plugin/run/metric.ts'
import { busiestSecond } from './measures/busiest-second.ts'
import { watchProviderTime } from './measures/overhead.ts'
import { quantity } from './measures/quantity.ts'
import { usualStallMs } from './measures/usual-stall.ts'

/** What five seconds of steady traffic cost this process; requests come whether or not earlier ones are done. */
test('Sustained load', { tags: ['stress'] }, async ({ bench, system }) => {
  const { callModel } = system
  let asked = 0
  expect((await callModel(makeMixedRequest(asked++))).content).not.toBe('')
  // What fails here is no concern: the load will show it.
  const { calls, concurrency } = sustained.warmUp
  await pLimit(concurrency).map(Array(calls).keys(), () => callModel(makeMixedRequest(asked++)).catch(() => null))
  const provider = watchProviderTime()
  await bench(
    'resource_utilization_sustained',
    {
      category: 'resource_utilization',
      title: 'Sustained load',
      metadata: { rate_per_second: sustained.rate, duration_ms: sustained.durationMs },
      memoryTracking: true,
      profiling: true,
      warmupIterations: 1,
      load: { rate: sustained.rate, duration: sustained.durationMs, targets: { latencyMs: 200 } },
      metrics: (measured) => ({ ...provider.metrics(measured), ...resourceMetrics(measured) }),
    },
    async () => provider.note(await callModel(makeMixedRequest(asked++))),
  ).run()
})

/** CPU in per cent of one core, since one thread serves all; memory also as the process's share of the machine's. */
function resourceMetrics({ probes: { cpu, memory, eventLoop, overTime }, load }: Measured): Record<string, Metric> {
  const share = (bytes: number) => (100 * bytes) / totalmem()
  return {
    ...(cpu && {
      cpu_average: quantity('Average CPU', cpu.percentOfCore, '%', { gate: true, least: 0.01 }),
      cpu_peak: quantity('Peak CPU', busiestSecond(overTime ?? []) ?? cpu.percentOfCore, '%', { least: 0.01 }),
      cpu_burst: quantity('CPU of the Busiest 100 ms', cpu.peakPercentOfCore ?? cpu.percentOfCore, '%', {
        least: 0.01,
      }),
    }),
    ...(cpu &&
      load && {
        work_per_cpu_second: quantity('Work per CPU Second', 1e6 / cpu.microsPerOperation, '1/s', {
          direction: 'higher',
          least: 0.001,
        }),
      }),
    ...(memory && {
      memory_share_average: quantity('Average Memory Share', share(memory.rssAverageBytes), '%', { least: 0.001 }),
      memory_share_peak: quantity('Peak Memory Share', share(memory.rssPeakBytes), '%', { least: 0.001 }),
    }),
    ...(eventLoop && {
      event_loop_delay: quantity('P99 Event-Loop Delay', eventLoop.delayP99Ms * 1e6, 'ns'),
      event_loop_delay_max: quantity('Maximum Event-Loop Delay', eventLoop.delayMaxMs * 1e6, 'ns'),
    }),
    ...(overTime && {
      event_loop_stall: quantity('Longest Stall of a Second', usualStallMs(overTime) * 1e6, 'ns', { gate: true }),
    }),
  }
}
