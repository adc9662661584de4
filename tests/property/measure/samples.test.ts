import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Durations, durationMetrics } from '../../../plugin/measure/duration-metrics.ts'
import { interleavedOrder } from '../../../plugin/measure/interleaved-order.ts'
import { arrivalTimes } from '../../../plugin/measure/load/arrivals.ts'
import { SampleRecorder } from '../../../plugin/measure/sample-recorder.ts'

const seed = { seed: 20_261, numRuns: 200 }
const duration = fc.double({ min: 1, max: 1e9, noNaN: true })
const samples = fc.array(duration, { minLength: 1, maxLength: 200 })

function durationsOf(samplesNs: number[]): Durations {
  const sum = samplesNs.reduce((total, each) => total + each, 0)
  return {
    samplesNs,
    batched: false,
    minNs: Math.min(...samplesNs),
    maxNs: Math.max(...samplesNs),
    meanNs: sum / samplesNs.length,
    tail: () => undefined,
    succeeded: samplesNs.length,
    failed: 0,
    throughput: (1e9 * samplesNs.length) / sum,
    gate: true,
  }
}

function values(durations: Durations): Record<string, number> {
  return Object.fromEntries(
    Object.entries(durationMetrics(durations)).map(([name, metric]) => [
      name,
      metric.kind === 'rate' ? metric.numerator / metric.denominator : metric.value,
    ]),
  )
}

describe('durationMetrics()', () => {
  test('orders its quantiles', () => {
    fc.assert(
      fc.property(samples, (samplesNs) => {
        const { duration_min, duration_quartile, duration_median, duration_p95, duration_p99, duration_max } = values(
          durationsOf(samplesNs),
        )
        const rising = [duration_min, duration_quartile, duration_median, duration_p95, duration_p99, duration_max]
        for (let index = 1; index < rising.length; index++) {
          expect(rising[index]!).toBeGreaterThanOrEqual(rising[index - 1]! * (1 - 1e-12))
        }
      }),
      seed,
    )
  })

  test('does not depend on the order of the rounds', () => {
    const permuted = samples.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    )
    fc.assert(
      fc.property(permuted, ([original, shuffled]) => {
        const before = values(durationsOf(original))
        const after = values(durationsOf(shuffled))
        for (const name of Object.keys(before)) expect(after[name]! / before[name]!).toBeCloseTo(1, 9)
      }),
      seed,
    )
  })

  test('scales with the durations', () => {
    fc.assert(
      fc.property(samples, fc.double({ min: 0.001, max: 1000, noNaN: true }), (samplesNs, factor) => {
        const before = values(durationsOf(samplesNs))
        const after = values(durationsOf(samplesNs.map((each) => each * factor)))
        for (const name of Object.keys(before)) {
          const expected = name === 'success_rate' ? 1 : name === 'throughput' ? 1 / factor : factor
          expect(after[name]! / before[name]! / expected).toBeCloseTo(1, 9)
        }
      }),
      seed,
    )
  })
})

describe('SampleRecorder', () => {
  test('accounts for every round however many it keeps, in time order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: 2000 }), (count, limit) => {
        const recorder = new SampleRecorder(false)
        for (let round = 1; round <= count; round++) recorder.record(round, round % 7 === 0)
        const { samples: kept, failed, dropped } = recorder.thinned(limit)
        expect(kept.length + dropped).toBe(count)
        expect(kept.length).toBeLessThanOrEqual(limit)
        expect(recorder.samples().length).toBeLessThanOrEqual(4096)
        expect(kept).toEqual(kept.toSorted((a, b) => a - b))
        expect(failed).toEqual(kept.flatMap((round, index) => (round % 7 === 0 ? [index] : [])))
        // Evenly spread: all distances are the same.
        const distances = new Set(kept.slice(1).map((round, index) => round - kept[index]!))
        expect(distances.size).toBeLessThanOrEqual(1)
        expect(recorder).toMatchObject({ count, minNs: 1, maxNs: count, sumNs: (count * (count + 1)) / 2 })
      }),
      { ...seed, numRuns: 40 },
    )
  })

  test('knows the tail of all rounds to 0.1 % when it had to drop some', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10_000, max: 40_000 }), (count) => {
        const recorder = new SampleRecorder(true)
        for (let round = 1; round <= count; round++) recorder.record(round * 1000)
        expect(recorder.histogramQuantile(0.99)! / (count * 990)).toBeCloseTo(1, 2)
      }),
      { ...seed, numRuns: 10 },
    )
  })
})

describe('interleavedOrder()', () => {
  test('gives each benchmark two turns a cycle, the second half backwards, and the same to the same seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer(), (count, orderSeed) => {
        const take = (length: number) => {
          const order = interleavedOrder(count, orderSeed)
          return Array.from({ length }, () => order.next().value)
        }
        const cycle = take(2 * count)
        expect(cycle.slice(count)).toEqual(cycle.slice(0, count).toReversed())
        expect(cycle.slice(0, count).toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: count }, (_, index) => index),
        )
        expect(take(6 * count)).toEqual(take(6 * count))
      }),
      seed,
    )
  })
})

describe('arrivalTimes()', () => {
  test('rise within the time, and are the same to the same seed', () => {
    const stretch = fc.record({ rate: fc.integer({ min: 1, max: 500 }), durationMs: fc.integer({ min: 1, max: 2000 }) })
    const shape = fc.constantFrom(0.3, 1, 5, Number.POSITIVE_INFINITY)
    fc.assert(
      fc.property(
        fc.array(stretch, { minLength: 1, maxLength: 4 }),
        shape,
        fc.nat(),
        (stretches, gammaShape, arrivalSeed) => {
          const times = arrivalTimes(stretches, gammaShape, arrivalSeed)
          const end = stretches.reduce((sum, { durationMs }) => sum + durationMs, 0)
          expect(times.every((time, index) => time < end && time >= (index === 0 ? 0 : times[index - 1]!))).toBe(true)
          const again = arrivalTimes(stretches, gammaShape, arrivalSeed)
          expect(again.length === times.length && again.every((time, index) => time === times[index])).toBe(true)
        },
      ),
      seed,
    )
  })
})
