import { describe, expect, test } from 'vitest'
import type { LoadOptions } from '../../../plugin/measure/bench-options.ts'
import { arrivalTimes } from '../../../plugin/measure/load/arrivals.ts'
import { emptySchedule, outcomes } from '../../../plugin/measure/load/open-load.ts'
import { mergeNeighbours, watchResources } from '../../../plugin/measure/load/resource-series.ts'
import {
  findBreakingPoint,
  findClosedSaturation,
  findOpenSaturation,
  findRecovery,
  summariseOpenSteps,
} from '../../../plugin/measure/load/step-analysis.ts'
import { Timeline } from '../../../plugin/measure/load/timeline.ts'
import { measurementSchema } from '../../../plugin/run/schema.ts'
import { fakeTest, measure } from './fake-group.ts'

const tick = () => new Promise<void>((resolve) => setImmediate(resolve))

async function underLoad(fn: () => unknown, load: LoadOptions, options: object = {}) {
  const fake = fakeTest()
  const results = await measure([['a', fn, { load, ...options }]], { test: fake, run: { warmupIterations: 0 } })
  const measurement = fake.meta.verdict![0]!
  expect(measurementSchema.parse(measurement)).toEqual(measurement)
  return { measurement, load: measurement.load!, result: results[0]! }
}

describe('closed load', () => {
  test('sends all requests and never more at once than asked', async () => {
    let running = 0
    let most = 0
    const fn = async () => {
      most = Math.max(most, ++running)
      await tick()
      running--
    }
    const { load, measurement } = await underLoad(fn, { concurrency: 4, requests: 40 })
    expect(most).toBe(4)
    expect(load).toMatchObject({ model: 'closed', requests: 40, succeeded: 40, failed: 0, inFlightMax: 4 })
    expect(measurement.samplesNs).toHaveLength(40)
  })

  test('counts failures by kind and goes on', async () => {
    let calls = 0
    const fn = async () => {
      calls++
      if (calls % 4 === 0) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
      if (calls % 4 === 1) throw new TypeError('wrong')
    }
    const { measurement, load } = await underLoad(fn, { concurrency: 1, requests: 12 })
    expect(measurement.failures).toEqual({ ECONNREFUSED: 3, TypeError: 3 })
    expect(load).toMatchObject({ succeeded: 6, failed: 6 })
    expect(measurement.failedSamples).toEqual([0, 3, 4, 7, 8, 11])
    expect(measurement.metrics.success_rate).toMatchObject({ numerator: 6, denominator: 12 })
  })

  test('counts a request that does not settle in time as a TimeoutError', async () => {
    const { measurement } = await underLoad(() => new Promise(() => {}), { concurrency: 2, requests: 2, timeout: 20 })
    expect(measurement.failures).toEqual({ TimeoutError: 2 })
    expect(measurement.warnings.map(({ code }) => code)).toContain('all-failed')
  })

  test('stops at the first failure when asked to', async () => {
    let calls = 0
    const fn = async () => {
      calls++
      throw new Error('first')
    }
    await expect(underLoad(fn, { concurrency: 1, requests: 100, failFast: true })).rejects.toThrow('first')
    expect(calls).toBe(1)
  })

  test('lets the event loop turn although the function settles at once', async () => {
    const controller = new AbortController()
    const fake = fakeTest(controller.signal)
    // Never comes where the loop does not turn.
    setTimeout(() => controller.abort(new Error('turned')), 1)
    const load = { concurrency: 2, duration: 60_000 }
    await expect(measure([['a', () => 1, { load }]], { test: fake })).rejects.toThrow('aborted')
    expect(fake.meta.verdict![0]).toMatchObject({ status: 'incomplete', error: 'Error: turned' })
  })

  test('counts as goodput only what meets the target', async () => {
    const { load } = await underLoad(tick, { concurrency: 2, requests: 20, targets: { latencyMs: 0.000_001 } })
    expect(load.goodputPerSecond).toBe(0)
    expect(load.throughputPerSecond).toBeGreaterThan(0)
  })
})

describe('open load', () => {
  test('sends every request that falls due and tells how late it was itself', async () => {
    const { load, measurement } = await underLoad(async () => {}, { rate: 500, duration: 200, arrivals: 'constant' })
    expect(load).toMatchObject({ model: 'open', requests: 100, succeeded: 100, dropped: 0 })
    expect(load.scheduleLag!.p99Ms).toBeGreaterThan(0)
    expect(measurement.engine).toBe('load')
  })

  test('counts latency from the due instant, so that a stall shows in what fell due meanwhile', async () => {
    let calls = 0
    const stall = () => {
      if (++calls !== 10) return
      const end = performance.now() + 100
      while (performance.now() < end);
    }
    const { measurement } = await underLoad(stall, { rate: 200, duration: 200, arrivals: 'constant' })
    // Twenty requests fell due during the stall; each but the last waited for a good part of it.
    expect(measurement.samplesNs.filter((ns) => ns > 20e6).length).toBeGreaterThan(10)
  })

  test('drops and counts what exceeds the requests allowed in flight', async () => {
    const never = () => new Promise(() => {})
    const { load, measurement } = await underLoad(never, {
      rate: 500,
      duration: 100,
      arrivals: 'constant',
      maxInFlight: 3,
      timeout: 150,
    })
    // On a busy machine the first may time out before the last falls due; then others take their places.
    expect(load).toMatchObject({ inFlightMax: 3, dropped: 50 - load.requests })
    expect(load.dropped).toBeGreaterThan(0)
    expect(measurement.metrics.success_rate).toMatchObject({ numerator: 0, denominator: 50 })
  })

  test('saves what was sent when it is aborted', async () => {
    const controller = new AbortController()
    const fake = fakeTest(controller.signal)
    let calls = 0
    const fn = async () => {
      if (++calls === 5) controller.abort(new Error('time is up'))
    }
    const load = { rate: 500, duration: 60_000, arrivals: 'constant' as const }
    await expect(measure([['a', fn, { load }]], { test: fake, run: { warmupIterations: 0 } })).rejects.toThrow(
      'aborted',
    )
    expect(fake.meta.verdict![0]).toMatchObject({ status: 'incomplete', load: { model: 'open', requests: 5 } })
  })
})

describe('a load that makes no sense is refused, naming benchmark, option and value', () => {
  const bad: [load: object, message: RegExp][] = [
    [{ rate: -5, duration: 100 }, /"a": option `load.rate` is -5/],
    [{ requests: 0 }, /"a": option `load.requests` is 0/],
    [{ concurrency: 1e9 }, /"a": option `load.concurrency` is 1000000000/],
    [{ rate: 10 }, /"a": option `load.duration` is undefined/],
    [{ rate: 100_000, duration: 100_000 }, /`load.rate` is 100000, .* at most 1000000 can be sent/],
    [{ rate: 10, duration: 10, concurrency: 3 }, /`load.concurrency` is 3, but a load with `rate` knows only/],
    [{ rate: 10, duration: 10, arrivals: 'bursty' }, /`load.arrivals` is "bursty"/],
    [{ rate: 10, duration: 10, burstiness: 2 }, /`load.burstiness` is 2, but only arrivals "gamma"/],
    [{ steps: [], duration: 10 }, /`load.steps` is \[\]/],
    [{ steps: [1, 2.5], model: 'closed', duration: 10 }, /`load.steps` is \[1,2.5\]/],
    [{ steps: [1], duration: 10, model: 'both' }, /`load.model` is "both"/],
    [{ timeout: 0 }, /`load.timeout` is 0/],
    [{ targets: { latencyMs: -1 } }, /`load.targets.latencyMs` is -1/],
    [{ targets: { p95: 3 } }, /`load.targets.p95` is 3/],
    [{ targets: { latencyMs: Number.NaN } }, /`load.targets.latencyMs` is NaN/],
    [{ targets: { errorRate: 2 } }, /`load.targets.errorRate` is 2/],
    [{ targets: [] }, /`load.targets` is \[\]/],
    [[], /`load` is \[\]/],
    [{ failFast: 'no' }, /"a": option `load.failFast` is "no", but must be true or false/],
    [{ failFast: null }, /`load.failFast` is null/],
    [{ requests: '100' }, /`load.requests` is "100"/],
    [{ requests: null }, /`load.requests` is null/],
    [{ requests: Number.POSITIVE_INFINITY }, /`load.requests` is Infinity/],
    [{ concurrency: 2.5 }, /`load.concurrency` is 2.5/],
    [{ duration: Number.NaN }, /`load.duration` is NaN/],
    [{ duration: -1 }, /`load.duration` is -1/],
    [{ seed: 1.5 }, /`load.seed` is 1.5/],
    [{ seed: -1, requests: 1 }, /`load.seed` is -1/],
    [{ rate: Number.NaN, duration: 10 }, /`load.rate` is NaN/],
    [{ rate: 10, duration: 10, maxInFlight: 0 }, /`load.maxInFlight` is 0/],
    [{ rate: 10, duration: 10, arrivals: 'gamma', burstiness: 0 }, /`load.burstiness` is 0/],
    [{ rate: 10, duration: 10, arrivals: null }, /`load.arrivals` is null/],
    [{ steps: [10, Number.NaN], duration: 10 }, /`load.steps` is \[10,"NaN"\]/],
    [{ steps: 5, duration: 10 }, /`load.steps` is 5/],
    [{ concurency: 5 }, /`load.concurency` is 5, but a load with `concurrency` knows only/],
  ]
  test.for(bad)('%j', async ([load, message]) => {
    await expect(underLoad(() => 1, load as LoadOptions)).rejects.toThrow(message)
  })

  test('a value that JSON cannot show', async () => {
    await expect(underLoad(() => 1, { concurrency: 10n } as never)).rejects.toThrow(
      /"a": option `load.concurrency` is 10/,
    )
  })

  test('hooks around each call', async () => {
    await expect(underLoad(() => 1, { requests: 1 }, { beforeEach: () => {} })).rejects.toThrow(
      /`beforeEach`.*overlap under load/,
    )
  })
})

describe('arrivalTimes()', () => {
  test('gives constant arrivals exactly', () => {
    expect([...arrivalTimes([{ rate: 100, durationMs: 50 }], Number.POSITIVE_INFINITY, 1)]).toEqual([0, 10, 20, 30, 40])
  })

  test('carries the rest of a distance over a change of rate', () => {
    const stretches = [
      { rate: 100, durationMs: 15 },
      { rate: 50, durationMs: 40 },
    ]
    // Half a distance is left at 15 ms: half of 20 ms at the new rate.
    expect([...arrivalTimes(stretches, Number.POSITIVE_INFINITY, 1)]).toEqual([0, 10, 25, 45])
  })

  test.for([
    [0.5, 2],
    [1, 1],
    [4, 0.25],
  ])('has distances of variance 1/shape for shape %d', ([shape, variance]) => {
    const times = arrivalTimes([{ rate: 1000, durationMs: 100_000 }], shape!, 3)
    const distances = Array.from(times.subarray(1), (time, index) => time - times[index]!)
    const mean = distances.reduce((sum, each) => sum + each, 0) / distances.length
    const spread = distances.reduce((sum, each) => sum + (each - mean) ** 2, 0) / distances.length
    // 100,000 distances: the mean is good to 0.5 %, the variance to some 3 %.
    expect(mean).toBeCloseTo(1, 1)
    expect(Math.abs(spread / variance! - 1)).toBeLessThan(0.1)
  })
})

describe('steps', () => {
  /** A server of 100 requests per second that takes requests at 50, 200 and 50 per second, 10 s each. */
  const stepMs = 10_000
  const levels = [50, 200, 50]
  const schedule = emptySchedule(
    arrivalTimes(
      levels.map((rate) => ({ rate, durationMs: stepMs })),
      Number.POSITIVE_INFINITY,
      1,
    ),
  )
  let freeAt = 0
  const finished: number[] = []
  schedule.dueMs.forEach((due, index) => {
    freeAt = Math.max(freeAt, due) + 10
    finished.push(freeAt)
    schedule.latencyMs[index] = freeAt - due
    schedule.outcome[index] = outcomes.succeeded
    schedule.inFlight[index] = finished.filter((at) => at > due).length
  })
  const steps = summariseOpenSteps(schedule, levels, stepMs)

  test('are summarised by the requests that fell due in each', () => {
    expect(steps.map(({ requests, failed }) => [requests, failed])).toEqual([
      [500, 0],
      [2000, 0],
      [500, 0],
    ])
    expect(steps[0]).toMatchObject({ p50Ms: 10, p99Ms: 10 })
    expect(steps[1]!.throughputPerSecond).toBeCloseTo(100, 0)
  })

  test('show where the queue fills up', () => {
    expect(findOpenSaturation(schedule, levels, stepMs).at).toBe(200)
    expect(findOpenSaturation(schedule, [50], stepMs).at).toBeNull()
  })

  test('show the first level that misses its target', () => {
    expect(findBreakingPoint(steps, { latencyMs: 1000 })).toBe(200)
    expect(findBreakingPoint(steps, { latencyMs: 100_000 })).toBeNull()
    expect(findBreakingPoint([{ ...steps[0]!, failed: 6 }], {})).toBe(50)
    expect(findBreakingPoint([{ ...steps[0]!, failed: 6 }], { errorRate: 0.05 })).toBeNull()
  })

  test('show the recovery that the fluid model foretells', () => {
    // 1,000 wait at the end of the overload and go away at 100 − 50 a second: 20 s, longer than the last step.
    expect(findRecovery(schedule, steps, stepMs, {}, 0)).toBeNull()
    const long = emptySchedule(
      arrivalTimes(
        [50, 150, 25].map((rate) => ({ rate, durationMs: stepMs })),
        Number.POSITIVE_INFINITY,
        1,
      ),
    )
    let free = 0
    long.dueMs.forEach((due, index) => {
      free = Math.max(free, due) + 10
      long.latencyMs[index] = free - due
      long.outcome[index] = outcomes.succeeded
    })
    // 500 wait and go away at 100 − 25 a second: 6.67 s.
    const recovered = findRecovery(long, summariseOpenSteps(long, [50, 150, 25], stepMs), stepMs, {}, 0)
    expect(Math.abs(recovered! / 6667 - 1)).toBeLessThan(0.05)
  })

  test('count what is left after a last level that is the highest', () => {
    expect(findRecovery(schedule, steps.slice(0, 2), stepMs, {}, 23_000)).toBe(3000)
  })

  test('of a closed load are saturated where more at once brings no more throughput', () => {
    const closed = [
      [1, 100],
      [2, 198],
      [4, 205],
      [8, 204],
    ].map(([level, throughput]) => ({
      ...steps[0]!,
      level: level!,
      throughputPerSecond: throughput!,
    }))
    expect(findClosedSaturation(closed).at).toBe(4)
    expect(findClosedSaturation(closed.slice(0, 2)).at).toBeNull()
  })

  test('are run one after the other', async () => {
    const { load, measurement } = await underLoad(tick, { steps: [1, 3], model: 'closed', duration: 30 })
    expect(load.steps!.map(({ level }) => level)).toEqual([1, 3])
    expect(load.inFlightMax).toBeLessThanOrEqual(3)
    expect(load.steps!.reduce((sum, { requests }) => sum + requests, 0)).toBe(load.requests)
    // A mixture over all levels says little: the first level and the most that came through decide.
    const gating = Object.entries(measurement.metrics).filter(([, { gate }]) => gate)
    expect(gating.map(([name]) => name)).toEqual(['success_rate', 'duration_first_step', 'max_throughput'])
    expect(measurement.metrics).toMatchObject({
      duration_first_step: { value: load.steps![0]!.p50Ms * 1e6 },
      max_throughput: { value: Math.max(...load.steps!.map(({ throughputPerSecond }) => throughputPerSecond)) },
    })
  })
})

describe('mergeNeighbours()', () => {
  test('keeps the time, the CPU used in it and the highest of the rest', () => {
    const interval = (atMs: number, durationMs: number, percentOfCore: number, highest: number) => ({
      atMs,
      durationMs,
      percentOfCore,
      rssBytes: highest,
      heapBytes: highest,
      eventLoopDelayMaxMs: highest,
      eventLoopHeldMaxMs: highest,
    })
    const intervals = [interval(0, 100, 20, 1), interval(100, 300, 60, 3), interval(400, 100, 10, 2)]
    expect(mergeNeighbours(intervals)).toEqual([interval(0, 400, 50, 3), interval(400, 100, 10, 2)])
  })
})

describe('watchResources()', () => {
  const blockedMs = 60
  const block = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockedMs)
  const interval = (waitedNs?: () => number | undefined) => {
    const resources = watchResources(waitedNs)
    block()
    resources.look(0)
    return resources.stop()[0]!
  }

  test('sees how long the thread was blocked', () => {
    // The ticks of the watch are 10 ms apart, and as much may be lost before the block.
    expect(interval().eventLoopDelayMaxMs).toBeGreaterThanOrEqual(blockedMs - 11)
    expect(interval(() => 0).eventLoopHeldMaxMs).toBeGreaterThanOrEqual(blockedMs - 11)
  })

  test('takes the wait for a processor for no block', () => {
    const { eventLoopDelayMaxMs, eventLoopHeldMaxMs } = interval(() => performance.now() * 1e6)
    expect(eventLoopDelayMaxMs).toBeGreaterThanOrEqual(blockedMs - 11)
    expect(eventLoopHeldMaxMs).toBe(0)
    expect(interval(() => undefined)).not.toHaveProperty('eventLoopHeldMaxMs')
  })
})

describe('Timeline', () => {
  test('keeps every request while its intervals widen', () => {
    const timeline = new Timeline()
    for (let request = 0; request < 50_000; request++) timeline.record(request, 5, request % 10 === 0, 3)
    const intervals = timeline.summary()
    expect(intervals.length).toBeLessThanOrEqual(120)
    expect(intervals.reduce((sum, { completed }) => sum + completed, 0)).toBe(45_000)
    expect(intervals.reduce((sum, { failed }) => sum + failed, 0)).toBe(5_000)
    expect(intervals.every(({ p95Ms }) => p95Ms === 5)).toBe(true)
  })
})
