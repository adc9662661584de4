import { describe, expect, test } from 'vitest'
import { mean } from '../../../plugin/statistics/mean.ts'
import { median } from '../../../plugin/statistics/median.ts'
import { quantile } from '../../../plugin/statistics/quantile.ts'
import { standardDeviation } from '../../../plugin/statistics/standard-deviation.ts'
import { trimmedSample } from '../../../plugin/statistics/trimmed-mean.ts'

describe('quantile()', () => {
  // golang/perf internal/stats, sample_test.go (type 8).
  test.each([
    [0.3, 19.6666666667],
    [0.4, 27],
  ])('is of type 8: the %d quantile of {15, 20, 35, 40, 50} is %d', (p, expected) => {
    expect(quantile([50, 15, 40, 20, 35], p)).toBeCloseTo(expected, 9)
  })

  test('has type 7, as R and NumPy compute it', () => {
    expect(quantile([15, 20, 35, 40, 50], 0.4, 7)).toBe(29)
  })

  test('is the least and the greatest value at the ends', () => {
    expect([quantile([3, 1, 2], 0), quantile([3, 1, 2], 1)]).toEqual([1, 3])
  })

  test('leaves the caller’s array as it was', () => {
    const values = [3, 1, 2]
    quantile(values, 0.5)
    expect(values).toEqual([3, 1, 2])
  })

  test('of nothing is NaN', () => {
    expect(quantile([], 0.5)).toBeNaN()
  })
})

describe('centre and spread', () => {
  test('median() takes the middle, or the mean of the two middle values', () => {
    expect([median([3, 1, 10]), median([3, 1, 10, 2])]).toEqual([3, 2.5])
    expect(median([])).toBeNaN()
  })

  test('mean() and standardDeviation() of nothing are NaN', () => {
    expect(mean([])).toBeNaN()
    expect(standardDeviation([1])).toBeNaN()
  })

  test('standardDeviation() divides by n − 1', () => {
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12)
  })

  test('trimmedSample() agrees with scipy’s trim_mean and winsorize (1.17.1)', () => {
    const sample = trimmedSample([2.1, 2.3, 2.2, 2.8, 2.15, 2.25, 2.4, 2.05, 3.9, 2.2])
    expect(sample).toMatchObject({ n: 10, kept: 6 })
    expect(sample.mean).toBeCloseTo(2.25, 12)
    expect(sample.winsorisedDeviation).toBeCloseTo(0.10749676997731396, 12)
  })

  test('trimmedSample() does not trim fewer than five values', () => {
    expect(trimmedSample([1, 2, 3, 10])).toMatchObject({ kept: 4, mean: 4 })
  })
})
