import { describe, expect, test } from 'vitest'
import { mannWhitney } from '../../../plugin/statistics/mann-whitney.ts'
import { pairedTTest, welchTTest } from '../../../plugin/statistics/t-test.ts'

describe('mannWhitney()', () => {
  // golang/perf internal/stats/utest_test.go.
  test.each([
    { second: [12, 11, 13, 15], u: 0, p: 0.0285714285714 },
    { second: [0, 4, 6, 7], u: 5, p: 0.485714285714 },
    { second: [2, 2, 2, 2], u: 10, p: 0.714285714286 },
  ])('is exact, ties included: [2, 1, 3, 5] vs $second has U = $u', ({ second, u, p }) => {
    const answer = mannWhitney([2, 1, 3, 5], second)
    expect(answer.u).toBe(u)
    expect(answer.p).toBeCloseTo(p, 11)
  })

  // The example of R's wilcox.test (Hollander and Wolfe, 69f), also in scipy's tests.
  const depths = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
  const others = [1.15, 0.88, 0.9, 0.74, 1.21]

  test('has the exact p of R', () => {
    const answer = mannWhitney(depths, others)
    expect(answer.u).toBe(35)
    expect(answer.p).toBeCloseTo(0.2544122544123, 12)
  })

  test('has the asymptotic p of R', () => {
    expect(mannWhitney(depths, others, 'asymptotic').p).toBeCloseTo(0.244623605127, 12)
  })

  test('corrects the asymptotic p for ties as scipy 1.17.1 does', () => {
    const answer = mannWhitney(
      [3.1, 2.4, 5.6, 1.2, 4.4, 3.3, 2.4, 3.1, 9],
      [4.5, 5.5, 3.1, 2.4, 8.8, 6.1],
      'asymptotic',
    )
    expect(answer.u).toBe(18)
    expect(answer.p).toBeCloseTo(0.31299024907031525, 12)
  })

  test('never says p = 0 (golang/perf does, for [2, 1, 3, 5] vs five ones)', () => {
    expect(mannWhitney([2, 1, 3, 5], [1, 1, 1, 1, 1]).p).toBeCloseTo(2 / 21, 12)
  })

  test('sees no difference where there is none to see', () => {
    expect(mannWhitney([1, 1, 1], [1, 1, 1, 1]).p).toBe(1)
    expect(mannWhitney([1, 1, 1], [1, 1, 1, 1], 'asymptotic').p).toBe(1)
    expect(mannWhitney([], [1]).p).toBe(1)
  })

  test('turns to the normal approximation for large samples', () => {
    const first = Array.from({ length: 40 }, (_, index) => index)
    const second = Array.from({ length: 40 }, (_, index) => index + 10)
    expect(mannWhitney(first, second)).toEqual(mannWhitney(first, second, 'asymptotic'))
  })
})

// golang/perf internal/stats/ttest_test.go.
describe('t tests', () => {
  const first = [2, 1, 3, 4]
  const second = [6, 5, 7, 9]

  test('welchTTest() has golang/perf’s figures', () => {
    const { t, degreesOfFreedom, p } = welchTTest(first, second)
    expect(t).toBeCloseTo(-3.9703446152, 9)
    expect(degreesOfFreedom).toBeCloseTo(5.5846153846, 9)
    expect(p).toBeCloseTo(0.0085128631314, 12)
  })

  test('pairedTTest() has golang/perf’s figures', () => {
    const { t, degreesOfFreedom, p } = pairedTTest(first, second)
    expect(t).toBeCloseTo(-17, 10)
    expect(degreesOfFreedom).toBe(3)
    expect(p).toBeCloseTo(0.00044334353831, 12)
  })
})
