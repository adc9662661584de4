import { describe, expect, test } from 'vitest'
import { halfWidth, intervalOf } from '../../../plugin/statistics/estimate.ts'
import { studentTCdf } from '../../../plugin/statistics/student-t.ts'
import { pairedYuen, unpairedYuen } from '../../../plugin/statistics/yuen.ts'

const old = [2.1, 2.3, 2.2, 2.8, 2.15, 2.25, 2.4, 2.05, 3.9, 2.2]
const next = [2.6, 2.5, 2.75, 2.45, 2.9, 2.55, 2.65, 4.2]

describe('unpairedYuen()', () => {
  // scipy 1.17.1: ttest_ind(old, next, equal_var=False, trim=0.2) and its confidence_interval(0.99).
  test('agrees with scipy’s trimmed Welch t', () => {
    const estimate = unpairedYuen(old, next)!
    const t = -estimate.centre / estimate.standardError
    expect(t).toBeCloseTo(-4.126983477377123, 10)
    expect(estimate.degreesOfFreedom).toBeCloseTo(9.215516688020093, 10)
    expect(2 * studentTCdf(t, estimate.degreesOfFreedom)).toBeCloseTo(0.0024441010356205154, 12)
    const { low, high } = intervalOf(estimate, 0.005)
    expect(-high).toBeCloseTo(-0.7279855909177557, 9)
    expect(-low).toBeCloseTo(-0.08868107574890982, 9)
  })

  test('takes the plain deviation and the clock’s step where winsorising leaves no spread', () => {
    const flat = [1, 1, 1, 1, 1, 1.5]
    const estimate = unpairedYuen(flat, [1, 1, 1, 1, 1, 1], 0.06)!
    // Variances .5²/6 + .06²/12 and .06²/12, times (K − 1)/(h (h − 1)) = 5/12.
    expect(estimate.standardError).toBeCloseTo(Math.sqrt(((0.25 / 6 + 2 * 0.0003) * 5) / 12), 12)
    expect(estimate.centre).toBe(0)
  })

  test('tells two constants apart by the clock’s step', () => {
    const estimate = unpairedYuen([1, 1, 1, 1], [1.01, 1.01, 1.01, 1.01], 0.01)!
    expect(estimate.centre).toBeCloseTo(0.01, 12)
    expect(estimate.standardError).toBeCloseTo(Math.sqrt((2 * (0.0001 / 12) * 3) / 12), 12)
  })

  test('is exact where all values are equal', () => {
    const estimate = unpairedYuen([3, 3, 3, 3], [3, 3, 3, 3, 3, 3], 0.01)!
    expect(intervalOf(estimate, 0.005)).toEqual({ low: 0, estimate: 0, high: 0 })
  })
})

describe('pairedYuen()', () => {
  // Trimmed mean and winsorised deviation by scipy 1.17.1; standard error s √((K−1)/(h (h−1))), t(.995, 5).
  test('has the interval of rule 4', () => {
    const ratios = [0.01, 0.022, 0.018, 0.035, 0.012, 0.12, 0.019, 0.015, 0.025, 0.005]
    const estimate = pairedYuen(ratios)!
    expect(estimate.degreesOfFreedom).toBe(5)
    expect(estimate.centre).toBeCloseTo(0.0185, 12)
    const { low, high } = intervalOf(estimate, 0.005)
    expect(low).toBeCloseTo(0.006214639734500153, 10)
    expect(high).toBeCloseTo(0.030785360265499846, 10)
  })

  test('is exact where all log-ratios are equal', () => {
    expect(halfWidth(pairedYuen([0.2, 0.2, 0.2, 0.2])!, 0.005)).toBe(0)
  })
})

test.each([
  [0, false],
  [1, false],
  [3, false],
  [4, true],
  [5, false],
  [6, true],
])('%d sessions allow an interval: %s', (count, allowed) => {
  const values = Array.from({ length: count }, (_, index) => index)
  expect(pairedYuen(values) !== null).toBe(allowed)
  expect(unpairedYuen(values, old) !== null).toBe(allowed)
  expect(unpairedYuen(old, values) !== null).toBe(allowed)
})
