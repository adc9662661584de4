import { describe, expect, test } from 'vitest'
import { changePoints } from '../../../plugin/statistics/change-points.ts'
import { mannKendall } from '../../../plugin/statistics/mann-kendall.ts'
import { theilSen } from '../../../plugin/statistics/theil-sen.ts'
import { normal, seededRandom } from '../../support/random.ts'

describe('mannKendall()', () => {
  test('counts rising pairs less falling ones', () => {
    expect(mannKendall([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).s).toBe(45)
    expect(mannKendall([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]).s).toBe(-45)
    expect(mannKendall([1, 3, 2]).s).toBe(1)
  })

  // S = 45, variance n(n−1)(2n+5)/18 = 125, z = 44/√125 = 3.9355; twice the normal tail of that.
  test('has the p of the textbook formula', () => {
    expect(mannKendall([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).p).toBeCloseTo(8.3030703e-5, 11)
  })

  test('counts the same with ties as comparing every pair', () => {
    const random = seededRandom(4)
    const values = Array.from({ length: 100 }, () => Math.floor(random() * 12))
    let s = 0
    values.forEach((left, at) => {
      for (const right of values.slice(at + 1)) s += Math.sign(right - left)
    })
    expect(mannKendall(values).s).toBe(s)
  })

  test('sees no trend in equal or too few values', () => {
    expect(mannKendall([1, 1, 1, 1])).toEqual({ s: 0, p: 1 })
    expect(mannKendall([1, 2])).toEqual({ s: 0, p: 1 })
  })
})

describe('changePoints()', () => {
  // asv test_step_detect.py, γ = .1, gives right edges 3, 6, 9.
  test('finds the three levels of asv’s example', () => {
    expect([...changePoints([1, 1, 1, 2, 2, 2, 3, 3, 3]), 9]).toEqual([3, 6, 9])
  })

  // Apache Otava tests/analysis_test.py, test_single_series.
  test('finds the change in Otava’s series of 20', () => {
    const series = [
      1.02, 0.95, 0.99, 1.0, 1.12, 1.0, 1.01, 0.98, 1.01, 0.96, 0.5, 0.51, 0.48, 0.48, 0.55, 0.5, 0.49, 0.51, 0.5, 0.49,
    ]
    expect(changePoints(series)).toEqual([10])
  })

  test('finds hardly ever one where nothing changed', () => {
    const random = seededRandom(11)
    const found = Array.from({ length: 200 }, () =>
      changePoints(Array.from({ length: 30 }, () => 1 + 0.02 * normal(random))),
    ).filter((points) => points.length > 0)
    expect(found.length).toBeLessThanOrEqual(10)
  })

  test('has nothing to say of a few values', () => {
    expect(changePoints([1, 2, 3, 4])).toEqual([])
    expect(changePoints([])).toEqual([])
  })
})

test('theilSen() is scipy’s slope (1.17.1, theilslopes) and shrugs off an outlier', () => {
  expect(theilSen([1, 2, 3, 40, 5, 6.5])).toBeCloseTo(1, 12)
  expect(theilSen([5])).toBe(0)
})
