import { expect, test } from 'vitest'
import { halfWidth } from '../../../plugin/statistics/estimate.ts'
import { pooledVariance } from '../../../plugin/statistics/pooled-variance.ts'
import { predictedChange } from '../../../plugin/statistics/predicted-change.ts'
import { standardDeviation } from '../../../plugin/statistics/standard-deviation.ts'

const nothing = { variance: 0, degreesOfFreedom: 4 }

test("predictedChange() of one run gives bencher's documented boundary: n = 25, mean 100, sd 10, 0.977 → 121.46", () => {
  const raw = Array.from({ length: 25 }, (_, index) => index - 12)
  const values = raw.map((value) => 100 + (10 * value) / standardDeviation(raw))
  const estimate = predictedChange([values], 100, nothing)!
  expect(estimate.degreesOfFreedom).toBe(24)
  expect(100 + halfWidth(estimate, 0.023)).toBeCloseTo(121.46, 1)
})

test('predictedChange() adds the spread between runs, 1 + 1/m of it', () => {
  const expected = { variance: 0.03 ** 2, degreesOfFreedom: 4 }
  const one = predictedChange([[1, 1, 1, 1]], 1.5, expected)!
  expect(one.centre).toBe(0.5)
  expect(one.standardError).toBeCloseTo(0.03 * Math.SQRT2, 12)
  const two = predictedChange([[1, 1], [1, 1], []], 1, expected)!
  expect(two.standardError).toBeCloseTo(Math.sqrt((4 / 5) * 0.03 ** 2 * 1.5), 12)
  expect(two.degreesOfFreedom).toBeCloseTo(5, 12)
})

test('predictedChange() gives nothing for fewer than 4 values, or one in each run', () => {
  expect(predictedChange([[1, 2, 3]], 1, nothing)).toBeNull()
  expect(predictedChange([[1], [2], [3], [4], [5]], 1, nothing)).toBeNull()
})

test('pooledVariance() lets the expected variance speak alone below two values, and weighs it in after that', () => {
  const expected = { variance: 4, degreesOfFreedom: 3 }
  expect(pooledVariance([7], expected)).toEqual(expected)
  expect(pooledVariance([1, 3], expected)).toEqual({ variance: 3.5, degreesOfFreedom: 4 })
})
