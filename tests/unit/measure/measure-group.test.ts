import { Bench } from 'tinybench'
import type { BenchResult } from 'vitest'
import { describe, expect, test } from 'vitest'
import type { BenchmarkOptions } from '../../../plugin/measure/bench-options.ts'
import type { RunOptions } from '../../../plugin/measure/settings.ts'
import type { Metric, Quantity } from '../../../plugin/run/metric.ts'
import { measurementSchema } from '../../../plugin/run/schema.ts'
import { fakeTest, few, measure, quickOptions } from './fake-group.ts'

describe('measureGroup()', () => {
  test('returns one result per registration, in their order', async () => {
    const results = await measure([
      ['first', () => 1],
      ['second', async () => 2],
    ])
    expect(results.map(({ name }) => name)).toEqual(['first', 'second'])
  })

  test('appends measurements that the Run schema accepts and JSON does not change', async () => {
    const fake = fakeTest()
    await measure([['one', () => 1, { category: 'c', title: 'T', threshold: 7, metadata: { model: 'm' } }]], {
      test: fake,
    })
    const [measurement] = fake.meta.verdict!
    expect(measurementSchema.parse(measurement)).toEqual(measurement)
    expect(JSON.parse(JSON.stringify(measurement))).toEqual(measurement)
    expect(measurement).toMatchObject({
      name: 'one',
      call: 0,
      category: 'c',
      title: 'T',
      threshold: 7,
      metadata: { model: 'm' },
      engine: 'latency',
      status: 'complete',
    })
  })

  test('counts the provider calls of a test, and starts anew when the test is retried', async () => {
    const fake = fakeTest()
    await measure([['a', () => 1]], { test: fake, run: few })
    await measure([['b', () => 1]], { test: fake, run: few })
    expect(fake.meta.verdict!.map(({ name, call }) => [name, call])).toEqual([
      ['a', 0],
      ['b', 1],
    ])
    fake.result = { retryCount: 1 }
    await measure([['a', () => 1]], { test: fake, run: few })
    expect(fake.meta.verdict!.map(({ name, call }) => [name, call])).toEqual([['a', 0]])
  })

  test('runs hooks and setup in the order of tinybench, each with its mode', async () => {
    const log = async (run: (events: string[], options: object) => Promise<unknown>) => {
      const events: string[] = []
      const say = (event: string) => (mode?: string) => void events.push(`${event} ${mode}`)
      await run(events, {
        beforeAll: say('beforeAll'),
        beforeEach: say('beforeEach'),
        afterEach: say('afterEach'),
        afterAll: say('afterAll'),
      })
      return events
    }
    const limits = (events: string[]) => ({
      time: 0,
      iterations: 2,
      warmupTime: 0,
      warmupIterations: 1,
      setup: (_: unknown, mode?: string) => void events.push(`setup ${mode}`),
      teardown: (_: unknown, mode?: string) => void events.push(`teardown ${mode}`),
    })
    const ours = await log((events, hooks) =>
      measure([['a', () => void events.push('call'), hooks]], { run: limits(events) }),
    )
    const theirs = await log((events, hooks) => {
      const bench = new Bench(limits(events))
      // Told that the function is not asynchronous, tinybench does not call it to find out.
      bench.add('a', () => void events.push('call'), { ...hooks, async: false })
      return bench.run()
    })
    expect(ours).toEqual(theirs)
  })

  test('measures exactly the iterations that the benchmark asks for', async () => {
    let calls = 0
    const fake = fakeTest()
    const count = () => {
      calls++
    }
    const beforeAll = () => {
      calls = 0
    }
    await measure([['a', count, { iterations: 7, beforeAll, beforeEach: () => {} }]], {
      test: fake,
    })
    expect(calls).toBe(7)
    expect(fake.meta.verdict![0]!.iterations).toBe(7)
    expect(fake.meta.verdict![0]!.samplesNs).toHaveLength(7)
  })

  test('gives the statistics of tinybench for the same durations', async () => {
    const durations = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4]
    const declared = () => {
      let index = 0
      return {
        fn: () => ({ overriddenDuration: durations[index++ % durations.length]! }),
        beforeAll: () => {
          index = 0
        },
      }
    }
    const limits = { time: 0, iterations: durations.length, warmupTime: 0, warmupIterations: 1 }
    const mine = declared()
    const [ours] = await measure([['a', mine.fn, { beforeAll: mine.beforeAll }]], { run: limits })
    const bench = new Bench(limits)
    const other = declared()
    bench.add('a', other.fn, { beforeAll: other.beforeAll })
    await bench.run()
    const theirs = bench.tasks[0]!.result as BenchResult
    for (const statistics of ['latency', 'throughput'] as const) {
      for (const [field, value] of Object.entries(theirs[statistics])) {
        if (typeof value !== 'number') continue
        expect(ours![statistics][field as 'mean'], `${statistics}.${field}`).toBeCloseTo(value, 6)
      }
      expect(Object.keys(ours![statistics]).toSorted()).toEqual(Object.keys(theirs[statistics]).toSorted())
    }
    expect(ours!.period).toBeCloseTo(theirs.period, 9)
    expect(ours!.totalTime).toBeCloseTo(theirs.totalTime, 9)
  })

  test('rejects with the very error that the function threw, and records the failure', async () => {
    const error = new RangeError('no')
    const fake = fakeTest()
    const failing = () => {
      throw error
    }
    await expect(measure([['a', failing]], { test: fake })).rejects.toBe(error)
    expect(fake.meta.verdict![0]).toMatchObject({
      status: 'failed',
      error: 'RangeError: no',
      failed: 1,
      failures: { RangeError: 1 },
    })
  })

  test('measures the others when one of a comparison fails, unless `throws` is set', async () => {
    const failing = () => Promise.reject(new Error('no'))
    const fake = fakeTest()
    await expect(
      measure(
        [
          ['bad', failing],
          ['good', () => 1],
        ],
        { test: fake },
      ),
    ).rejects.toThrow('no')
    expect(fake.meta.verdict!.map(({ status }) => status)).toEqual(['failed', 'complete'])
    const strict = fakeTest()
    await expect(
      measure(
        [
          ['bad', failing],
          ['good', () => 1],
        ],
        { test: strict, run: { throws: true } },
      ),
    ).rejects.toThrow('no')
    expect(strict.meta.verdict!.map(({ status }) => status)).toEqual(['failed', 'incomplete'])
  })

  test('gathers the failures of several benchmarks', async () => {
    const failing = () => {
      throw new Error('no')
    }
    await expect(
      measure([
        ['a', failing],
        ['b', failing],
      ]),
    ).rejects.toThrow(AggregateError)
  })

  test('fails a benchmark whose hook throws', async () => {
    const fake = fakeTest()
    const beforeAll = () => {
      throw new Error('hook')
    }
    await expect(measure([['a', () => 1, { beforeAll }]], { test: fake })).rejects.toThrow('hook')
    expect(fake.meta.verdict![0]!.status).toBe('failed')
  })

  test('saves what was measured, marked incomplete, at the moment a function that never settles is aborted', async () => {
    const controller = new AbortController()
    const fake = fakeTest(controller.signal)
    let calls = 0
    const stalls = () => {
      if (++calls < 6) return Promise.resolve()
      queueMicrotask(() => controller.abort(new Error('time is up')))
      return new Promise(() => {})
    }
    const hanging = measure([['a', stalls, { iterations: 100, beforeEach: () => {} }]], {
      test: fake,
      run: { warmupTime: 0, warmupIterations: 1 },
    })
    await expect(hanging).rejects.toThrow('aborted')
    expect(fake.meta.verdict![0]).toMatchObject({ status: 'incomplete', error: 'Error: time is up', iterations: 4 })
  })

  test('awaits a function that only sometimes returns a promise', async () => {
    let calls = 0
    let open = 0
    const sometimes = () => {
      if (++calls < 50) return calls
      open++
      return Promise.resolve().then(() => open--)
    }
    await measure([['a', sometimes]], { run: { time: 5, warmupTime: 0, warmupIterations: 1 } })
    expect(open).toBe(0)
  })

  test('tells those who ask for metrics what was measured', async () => {
    const fake = fakeTest()
    const doubled: BenchmarkOptions['metrics'] = ({ metrics, load }) => {
      const median = metrics.duration_median
      if (median?.kind !== 'quantity' || load === undefined) return {}
      return { twice: { ...median, value: 2 * median.value }, sent: { ...median, value: load.requests } }
    }
    await measure([['a', async () => undefined, { metrics: doubled, load: { requests: 8 } }]], { test: fake })
    const { metrics } = fake.meta.verdict![0]!
    expect(metrics.twice).toMatchObject({ value: 2 * (metrics.duration_median as Quantity).value })
    expect(metrics.sent).toMatchObject({ value: 8 })
  })

  test('adds the metrics that the benchmark gives after its measurement', async () => {
    let hits = 0
    const metrics = (): Record<string, Metric> => ({
      hit_rate: {
        kind: 'rate',
        title: 'Hit Rate',
        direction: 'higher',
        gate: true,
        numerator: Math.min(hits, 1),
        denominator: 1,
        unit: '%',
      },
    })
    const fake = fakeTest()
    await measure([['a', () => ++hits, { metrics }]], { test: fake })
    expect(fake.meta.verdict![0]!.metrics.hit_rate).toMatchObject({ numerator: 1 })
    expect(Object.keys(fake.meta.verdict![0]!.metrics)).toContain('duration_median')
  })

  test('probes memory, processor and profile only when asked', async () => {
    const silent = fakeTest()
    await measure([['a', () => ({})]], { test: silent })
    expect(silent.meta.verdict![0]!.probes).toEqual({})
    const probed = fakeTest()
    await measure([['a', () => ({ one: 1, two: 2 }), { memoryTracking: true, profiling: true }]], { test: probed })
    const { memory, gc, cpu, profile } = probed.meta.verdict![0]!.probes
    // Three words of header and two fields of 8 bytes.
    expect(memory!.bytesPerOperation).toBeGreaterThan(30)
    expect(memory!.bytesPerOperation).toBeLessThan(60)
    expect(gc!.count).toBeGreaterThanOrEqual(0)
    expect(cpu!.userMicros + cpu!.systemMicros).toBeGreaterThan(0)
    expect(profile!.top.length).toBeGreaterThan(0)
  })

  test('refuses what makes no sense, naming benchmark, option and value', async () => {
    const refused = (...registration: Parameters<typeof measure>[0]) => expect(measure(registration)).rejects
    await refused(['a', () => 1, { time: -1 }]).toThrow(/"a": option `time` is -1/)
    await refused(['a', () => 1, { iterations: 1.5 }]).toThrow(/"a": option `iterations` is 1.5/)
    await refused(['a', () => 1, { threshold: 0 }]).toThrow(/"a": option `threshold` is 0/)
    await refused(['a', () => 1, { beforeAll: 3 as never }]).toThrow(/"a": option `beforeAll` is 3/)
    await refused(['a', () => 1], ['a', () => 2]).toThrow(/"a" already exists/)
    await expect(measure([['a', () => 1]], { run: { concurrency: 'task' } })).rejects.toThrow(/`concurrency` is "task"/)
  })

  test.for<[options: object, message: RegExp]>([
    [{ time: Number.NaN }, /"a": option `time` is NaN/],
    [{ time: '5' }, /`time` is "5"/],
    [{ iterations: null }, /`iterations` is null/],
    [{ warmupTime: Number.POSITIVE_INFINITY }, /`warmupTime` is Infinity/],
    [{ warmupIterations: -1 }, /`warmupIterations` is -1/],
    [{ threshold: '5' }, /`threshold` is "5"/],
    [{ profiling: 'no' }, /`profiling` is "no", but must be true or false/],
    [{ memoryTracking: 0 }, /`memoryTracking` is 0/],
    [{ async: 1 }, /`async` is 1/],
    [{ retainSamples: 'all' }, /`retainSamples` is "all"/],
    [{ signal: {} }, /`signal` is {}/],
    [{ category: 7 }, /`category` is 7/],
    [{ title: '' }, /`title` is ""/],
    [{ metadata: ['fast'] }, /`metadata` is \["fast"\]/],
    [{ metadata: { sizes: [1] } }, /`metadata` is {"sizes":\[1\]}/],
    [{ metrics: { hits: 1 } }, /`metrics` is {"hits":1}/],
    [{ load: null }, /`load` is null/],
    [{ metadata: () => ({ at: Number.NaN }) }, /`metadata` is {"at":"NaN"}/],
    [{ metrics: () => ({ hits: 3 }) }, /`metrics.hits` is 3/],
    [
      { metrics: () => ({ hits: { kind: 'count', title: 'Hits', direction: 'higher', gate: true, unit: '1' } }) },
      /`metrics.hits` is .*`value` must be a finite number/,
    ],
  ])('refuses a benchmark with %j', async ([options, message]) => {
    await expect(measure([['a', () => 1, options as BenchmarkOptions]], { run: few })).rejects.toThrow(message)
  })

  test.for<[options: object, message: RegExp]>([
    [{ warmup: 'yes' }, /"a": option `warmup` is "yes"/],
    [{ throws: 1 }, /`throws` is 1/],
    [{ setup: true }, /`setup` is true/],
    [{ teardown: 3 }, /`teardown` is 3/],
    [{ iterations: 0.5 }, /`iterations` is 0.5/],
  ])('refuses to run with %j', async ([run, message]) => {
    await expect(measure([['a', () => 1]], { run: run as RunOptions })).rejects.toThrow(message)
  })

  test('says of an option that nobody knows that it is none', async () => {
    const fake = fakeTest()
    await measure([['a', () => 1, { iteratons: 5 } as BenchmarkOptions]], { test: fake, run: few })
    expect(fake.meta.verdict![0]!.warnings).toContainEqual({
      code: 'unknown-option',
      text: expect.stringContaining('"a" has the option `iteratons`'),
    })
  })

  test('says of percentiles whether they are of single calls or of batches', async () => {
    const fake = fakeTest()
    const slow = () => ({ overriddenDuration: 3 })
    await measure(
      [
        ['fast', () => 1],
        ['slow', slow],
      ],
      { test: fake, run: few },
    )
    const titles = fake.meta.verdict!.map(({ metrics }) => [metrics.duration_p95!.title, metrics.duration_p99!.title])
    expect(titles).toEqual([
      ['P95 Duration of Batches', 'P99 Duration of Batches'],
      ['P95 Duration', 'P99 Duration'],
    ])
  })

  test('never says that a function takes no time', async () => {
    const fake = fakeTest()
    await measure([['a', () => {}]], { test: fake, options: { ...quickOptions, time: 20 } })
    expect(Math.min(...fake.meta.verdict![0]!.samplesNs)).toBeGreaterThan(0)
  })
})
