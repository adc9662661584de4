import { readFileSync, rmSync } from 'node:fs'
import { expect, test } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    events?: string[]
  }
}

const limits = { time: 0, iterations: 3, warmupTime: 0, warmupIterations: 2 }
const folder = process.env.RESULTS ?? 'results'

/** A function that says itself what it took, ms, as both providers allow: whatever else the machine does, 4 is more than 1. */
const taking = (overriddenDuration: number) => () => ({ overriddenDuration })

/** Takes at least so long by the clock that the providers read. */
function busy(milliseconds: number): number {
  const end = performance.now() + milliseconds
  let turns = 0
  while (performance.now() < end) turns++
  return turns
}

test('hooks', async ({ bench, task }) => {
  const events: string[] = []
  const say = (event: string) => (mode?: string) => {
    events.push(`${event} ${mode}`)
  }
  const call = async () => {
    events.push('call')
  }
  const hooks = {
    beforeAll: say('beforeAll'),
    beforeEach: say('beforeEach'),
    afterEach: say('afterEach'),
    afterAll: say('afterAll'),
  }
  const around = {
    ...limits,
    setup: (_: unknown, mode?: string) => void events.push(`setup ${mode}`),
    teardown: (_: unknown, mode?: string) => void events.push(`teardown ${mode}`),
  }
  await bench('hooks', { ...hooks, async: true }, call).run(around)
  task.meta.events = events
})

test('an error carries its own stack', async ({ bench }) => {
  await bench('fails', () => {
    throw new RangeError('out of range')
  }).run(limits)
})

test('a rejection', async ({ bench }) => {
  await bench('rejects', async () => {
    throw new TypeError('wrong type')
  }).run(limits)
})

test('throws: true', async ({ bench }) => {
  await bench('fails', () => {
    throw new RangeError('out of range')
  }).run({ ...limits, throws: true })
})

test('several errors of a comparison', async ({ bench }) => {
  const fails = () => {
    throw new Error('no')
  }
  await bench.compare(bench('a', fails), bench('b', fails), limits)
})

test('a hook that throws', async ({ bench }) => {
  const beforeAll = () => {
    throw new Error('hook')
  }
  await bench('a', { beforeAll }, () => 1).run(limits)
})

test('a signal that is aborted', async ({ bench, task }) => {
  const controller = new AbortController()
  let calls = 0
  const run = bench('a', () => {
    if (++calls === 4) controller.abort()
  }).run({ ...limits, iterations: 100_000, signal: controller.signal })
  const refused = await run.then(
    () => false,
    () => true,
  )
  task.meta.events = [`refused ${refused}`]
})

test('toBeFasterThan and compare', async ({ bench }) => {
  const results = await bench.compare(bench('slow', taking(4)), bench('fast', taking(1)), limits)
  expect(results.get('fast')).toBeFasterThan(results.get('slow'))
  expect(results.get('slow')).toBeSlowerThan(results.get('fast'))
  expect(results.get('slow')?.latency.p50).toBe(4)
})

test('writeResult and bench.from', async ({ bench, task }) => {
  const file = `${folder}/slow.json`
  await bench('slow', { writeResult: file }, taking(3)).run(limits)
  const written = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  const results = await bench.compare(bench.from('stored', file), bench('now', taking(1)), limits)
  expect(results.get('now')).toBeFasterThan(results.get('stored'))
  task.meta.events = [
    Object.keys(written).toSorted().join(),
    Object.keys(written.latency as object)
      .toSorted()
      .join(),
  ]
  rmSync(folder, { recursive: true })
})

test('the result that run() gives', async ({ bench, task }) => {
  const result = await bench('a', () => busy(2)).run(limits)
  const { latency, throughput, ...rest } = result
  expect(latency.mean).toBeGreaterThanOrEqual(1)
  expect(throughput.mean).toBeLessThanOrEqual(1000)
  expect(result.period).toBeCloseTo(latency.mean, 6)
  expect(result.totalTime / 3).toBeCloseTo(latency.mean, 6)
  task.meta.events = [
    Object.keys(rest).toSorted().join(),
    Object.keys(latency).toSorted().join(),
    `${latency.samplesCount} samples`,
  ]
})

test('two benchmarks of one name', async ({ bench }) => {
  await bench.compare(
    bench('same', () => 1),
    bench('same', () => 2),
    limits,
  )
})

test('a call that never settles', { timeout: 2000 }, async ({ bench }) => {
  let calls = 0
  const hangs = () => new Promise<void>((resolve) => (++calls <= 5 ? setTimeout(resolve, 1) : undefined))
  await bench('hangs', hangs).run({ ...limits, iterations: 100 })
})
