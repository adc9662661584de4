import fc from 'fast-check'
import { ratioBounds, Sample } from 'pragmastat'
import { describe, expect, test } from 'vitest'
import { toBaseline } from '../../../plugin/judge/baseline.ts'
import { judge } from '../../../plugin/judge/judge.ts'
import type { MetricComparison, Verdict } from '../../../plugin/judge/report.ts'
import { verdictOf } from '../../../plugin/judge/verdict.ts'
import type { Metric } from '../../../plugin/run/metric.ts'
import { intervalOf } from '../../../plugin/statistics/estimate.ts'
import { unpairedYuen } from '../../../plugin/statistics/yuen.ts'
import { count, quantity, rate, runOf } from '../../support/sketch-run.ts'

const policy = {
  threshold: 5,
  failOn: 'critical',
  strict: false,
  severity: { medium: 10, high: 25, critical: 50 },
} as const
const settings = { seed: 20261124, numRuns: 200 }
const mirrored: Record<Verdict, Verdict> = {
  regressed: 'improved',
  improved: 'regressed',
  unchanged: 'unchanged',
  inconclusive: 'inconclusive',
  'no-baseline': 'no-baseline',
}

const value = fc.double({ min: 0.5, max: 2, noNaN: true }).map((each) => each * 1e6)
const sessions = fc.oneof(
  fc.array(value, { minLength: 6, maxLength: 12 }),
  fc.array(value, { minLength: 4, maxLength: 4 }),
)

function compare(old: readonly Metric[], next: readonly Metric[]): MetricComparison {
  const of = (metrics: readonly Metric[]) => metrics.map((metric) => ({ metrics: { figure: metric } }))
  const baseline = toBaseline(runOf(of(old), { id: '20261120_090000' }), { acceptedAt: '2026-11-24T10:00:00.000Z' })
  return judge(runOf(of(next)), baseline, policy).benchmarks[0]!.metrics.figure!
}
const figures = (values: readonly number[], changes: Parameters<typeof quantity>[0] = {}) =>
  values.map((each) => quantity({ unit: 'ns', ...changes, value: each }))

describe('judge()', () => {
  test('mirrors the verdict when the sides are swapped', () => {
    fc.assert(
      fc.property(sessions, sessions, (first, second) => {
        const there = compare(figures(first), figures(second))
        const back = compare(figures(second), figures(first))
        expect(back.verdict).toBe(mirrored[there.verdict])
        expect(back.ratio! * there.ratio!).toBeCloseTo(1, 3)
        expect(back.interval![0] * there.interval![1]).toBeCloseTo(1, 3)
      }),
      settings,
    )
  })

  test('mirrors it when the direction of the metric is turned', () => {
    fc.assert(
      fc.property(sessions, sessions, (first, second) => {
        const lower = compare(figures(first), figures(second))
        const higher = compare(figures(first, { direction: 'higher' }), figures(second, { direction: 'higher' }))
        expect(higher.verdict).toBe(mirrored[lower.verdict])
        expect(higher.interval![0]).toBeCloseTo(lower.interval![0], 9)
      }),
      settings,
    )
  })

  test('changes nothing when both sides are scaled, nor in another unit', () => {
    fc.assert(
      fc.property(sessions, sessions, fc.integer({ min: -6, max: 6 }), (first, second, power) => {
        const rounded = (values: number[]) => values.map((each) => Number(each.toPrecision(4)))
        const scaled = (values: number[]) => figures(rounded(values).map((each) => each * 10 ** power))
        const plain = compare(figures(rounded(first)), figures(rounded(second)))
        const other = compare(scaled(first), scaled(second))
        expect(other.verdict).toBe(plain.verdict)
        expect(other.ratio).toBeCloseTo(plain.ratio!, 9)
        expect(other.detectable).toBeCloseTo(plain.detectable!, 6)
      }),
      settings,
    )
  })

  test('never turns regressed into improved when the same sessions are added again', () => {
    fc.assert(
      fc.property(sessions, sessions, fc.integer({ min: 2, max: 4 }), (first, second, times) => {
        const again = (values: number[]) => figures(Array.from({ length: times }, () => values).flat())
        const once = compare(figures(first), figures(second)).verdict
        const more = compare(again(first), again(second)).verdict
        expect([once, more].sort()).not.toEqual(['improved', 'regressed'])
      }),
      settings,
    )
  })

  test('does not depend on the order of the sessions', () => {
    fc.assert(
      fc.property(sessions, sessions, (first, second) => {
        expect(compare(figures(first.toReversed()), figures(second.toSorted((a, b) => a - b)))).toEqual(
          compare(figures(first), figures(second)),
        )
      }),
      settings,
    )
  })

  test('finds a sample unchanged or inconclusive against itself', () => {
    fc.assert(
      fc.property(sessions, (values) => {
        const rounded = values.map((each) => Number(each.toPrecision(5)))
        const comparison = compare(figures(rounded), figures(rounded))
        expect(['unchanged', 'inconclusive']).toContain(comparison.verdict)
        expect(comparison.ratio).toBeCloseTo(1, 12)
      }),
      settings,
    )
  })

  test('always gives an inconclusive verdict its advice, and what it could have found where there is an interval', () => {
    fc.assert(
      fc.property(sessions, sessions, (first, second) => {
        const comparison = compare(figures(first), figures(second))
        if (comparison.verdict !== 'inconclusive') return
        expect(comparison.warnings.length).toBeGreaterThan(0)
        expect(comparison.detectable).toBeGreaterThanOrEqual(5 - 1e-9)
      }),
      settings,
    )
  })

  test('takes any numbers, of any count, on either side, without a crash', () => {
    const odd = fc.oneof(
      fc.double(),
      fc.constantFrom(0, -0, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, 1.7e308),
    )
    const metric = fc.oneof(
      odd.map((each) => quantity({ value: each })),
      odd.map((each) => count(each)),
      fc.tuple(odd, odd).map(([numerator, denominator]) => rate(numerator, denominator)),
    )
    const side = fc.array(metric, { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(side, side, (old, next) => {
        const comparison = compare(old, next)
        for (const figure of [
          comparison.old,
          comparison.new,
          comparison.ratio,
          ...(comparison.interval ?? []),
          comparison.detectable,
        ]) {
          if (figure !== null) expect(Number.isFinite(figure), `${figure} in ${JSON.stringify(comparison)}`).toBe(true)
        }
      }),
      { ...settings, numRuns: 1000 },
    )
  })
})

describe('unpairedYuen() beside the npm package pragmastat', () => {
  test('pragmastat’s ratio bounds of 1..5 and 2..6 at misrate .05 are [1/3, 1.5] (its published example)', () => {
    const bounds = ratioBounds(Sample.of([1, 2, 3, 4, 5]), Sample.of([2, 3, 4, 5, 6]), 0.05)
    expect(bounds.lower).toBeCloseTo(1 / 3, 9)
    expect(bounds.upper).toBeCloseTo(1.5, 9)
  })

  test('agrees on the ratio of log-normal samples: the two intervals always overlap', () => {
    const sample = fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), { minLength: 12, maxLength: 20 })
    fc.assert(
      fc.property(sample, sample, fc.double({ min: -0.3, max: 0.3, noNaN: true }), (first, second, shift) => {
        const next = second.map((each) => each + shift)
        const { low, high } = intervalOf(unpairedYuen(first, next)!, 0.005)
        const bounds = ratioBounds(Sample.of(next.map(Math.exp)), Sample.of(first.map(Math.exp)), 0.01)
        expect(Math.log(bounds.lower)).toBeLessThan(high + 1e-9)
        expect(Math.log(bounds.upper)).toBeGreaterThan(low - 1e-9)
      }),
      settings,
    )
  })
})

test('verdictOf() mirrors a mirrored change', () => {
  const number = fc.double({ min: -1, max: 1, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(number, { minLength: 3, maxLength: 3 }),
      fc.double({ min: 0.001, max: 0.5, noNaN: true }),
      (three, delta) => {
        const [low, estimate, high] = three.toSorted((a, b) => a - b) as [number, number, number]
        expect(verdictOf({ low: -high, estimate: -estimate, high: -low }, delta)).toBe(
          mirrored[verdictOf({ low, estimate, high }, delta)],
        )
      },
    ),
    settings,
  )
})
