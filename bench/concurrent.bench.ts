import { expect, type TestContext } from 'vitest'
import { test } from '../fixtures/index.ts'
import { makeMixedRequest, makeRequest } from '../fixtures/make-request.ts'
import type { System, SystemRequest } from '../fixtures/system/index.ts'
import { concurrency, type TaskClassName, taskClasses } from '../fixtures/workload.ts'
import { watchProviderTime } from './measures/overhead.ts'
import { quantity } from './measures/quantity.ts'

/** What happens to throughput and latency when several requests are under way at once; the mix, then each class alone at 20. */
const { levels, durationMs, perClass, calmCalls } = concurrency
const category = 'concurrent_requests'

for (const level of levels) {
  test(`${level} at once`, ({ bench, system }) =>
    measure(bench, system, `concurrent_${level}`, { level, durationMs, task: 'mix' }, makeMixedRequest))
}

for (const [name, task] of Object.entries(taskClasses)) {
  test(`${task.title}, ${perClass.level} at once`, ({ bench, system }) =>
    measure(
      bench,
      system,
      `concurrent_${perClass.level}_${name}`,
      { ...perClass, task: name as TaskClassName },
      (number) => makeRequest(task, number),
    ))
}

async function measure(
  bench: TestContext['bench'],
  { callModel }: System,
  key: string,
  { level, durationMs, task }: { level: number; durationMs: number; task: TaskClassName | 'mix' },
  request: (number: number) => SystemRequest,
): Promise<void> {
  let asked = 0
  expect((await callModel(request(asked++))).content).not.toBe('')
  const calmMs = await calmLatencyMs(task, () => callModel(request(asked++)))
  const provider = watchProviderTime()
  await bench(
    key,
    {
      category,
      title: `${task === 'mix' ? 'Mixed requests' : taskClasses[task].title}, ${level} at once`,
      metadata: { concurrency: level, task_type: task },
      warmupIterations: 3,
      load: { concurrency: level, duration: durationMs },
      metrics: (measured) => {
        const mean = measured.metrics.duration_mean
        return {
          ...provider.metrics(measured),
          ...(mean?.kind === 'quantity' && {
            contention: quantity('Contention', mean.value / 1e6 / calmMs, '1', { least: 0.001 }),
          }),
        }
      },
    },
    async () => provider.note(await callModel(request(asked++))),
  ).run()
}

const calm = new Map<string, number>()

/** Mean of calls one after the other in this very process, ms, so that contention compares like with like; measured once. */
async function calmLatencyMs(task: string, call: () => Promise<unknown>): Promise<number> {
  const known = calm.get(task)
  if (known !== undefined) return known
  const calls = task === 'mix' ? calmCalls.mix : calmCalls.perClass
  const start = performance.now()
  for (let done = 0; done < calls; done++) await call()
  const meanMs = (performance.now() - start) / calls
  calm.set(task, meanMs)
  return meanMs
}
