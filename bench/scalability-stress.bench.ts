import { expect } from 'vitest'
import { test } from '../fixtures/index.ts'
import { makeMixedRequest, makeRequest } from '../fixtures/make-request.ts'
import { stress, taskClasses } from '../fixtures/workload.ts'
import type { Measured } from '../plugin/measure/bench-options.ts'
import type { Metric } from '../plugin/run/metric.ts'
import { watchProviderTime } from './measures/overhead.ts'
import { quantity } from './measures/quantity.ts'

/** How the system bends when far more is asked of it than usual, where it breaks, and how soon it is itself again. */
const category = 'scalability_stress'
const { levels, ramp } = stress

for (const { level, requests } of levels) {
  test(`${level} requests at once`, { tags: ['stress'] }, async ({ bench, system: { callModel } }) => {
    let asked = 0
    expect((await callModel(makeMixedRequest(asked++))).content).not.toBe('')
    const provider = watchProviderTime()
    await bench(
      `scalability_stress_${level}`,
      {
        category,
        title: `${level} requests at once`,
        metadata: { concurrency: level },
        load: { concurrency: level, requests },
        metrics: (measured) => provider.metrics(measured),
      },
      async () => provider.note(await callModel(makeMixedRequest(asked++))),
    ).run()
  })
}

test('Ramp', { tags: ['stress'] }, async ({ bench, system }) => {
  if (system.kind === 'reference') {
    const models = { [taskClasses.quick_qa.modelId]: { servers: ramp.servers } }
    await system.simulator.configure(system.apiKey, { providers: { openai: { models } } })
  }
  const { callModel } = system
  let asked = 0
  expect((await callModel(makeRequest(taskClasses.quick_qa, asked++))).content).not.toBe('')
  await bench(
    'scalability_stress_ramp',
    {
      category,
      title: 'Ramp',
      metadata: { rates_per_second: ramp.rates.join(', '), duration_ms: ramp.durationMs },
      load: { steps: [...ramp.rates], duration: ramp.durationMs, targets: { latencyMs: ramp.latencyMs } },
      metrics: rampMetrics,
    },
    () => callModel(makeRequest(taskClasses.quick_qa, asked++)),
  ).run()
})

/** The ramp goes up and returns to its first rate; `max_throughput` and `recovery_time` come from the engine. */
function rampMetrics({ load }: Measured): Record<string, Metric> {
  const steps = load?.steps ?? []
  const calm = steps[0]
  if (calm === undefined) return {}
  const highest = Math.max(...steps.map(({ level }) => level))
  const curve = steps
    .slice(1, -1)
    .map((step) => [
      `p95_at_${step.level}`,
      quantity(`P95 at ${step.level}/s over that at ${calm.level}/s`, step.p95Ms / calm.p95Ms, '1', { least: 0.001 }),
    ])
  return {
    // Where none broke, the breaking point lies above the highest.
    breaking_point: quantity('Breaking Point', load?.breakingPoint ?? highest, '1/s', { direction: 'higher' }),
    ...Object.fromEntries(curve),
  }
}
