import { describe, expect, test } from 'vitest'
import { clopperPearson } from '../../../plugin/statistics/clopper-pearson.ts'
import { medianInterval } from '../../../plugin/statistics/median-interval.ts'
import { newcombe } from '../../../plugin/statistics/newcombe.ts'
import { wilson } from '../../../plugin/statistics/wilson.ts'

const z = 1.959963984540054

describe('newcombe()', () => {
  // Newcombe 1998, Statistics in Medicine 17:873, table II, method 10.
  test.each([
    { first: [56, 70], second: [48, 80], expected: [0.0524, 0.3339] },
    { first: [9, 10], second: [3, 10], expected: [0.1705, 0.809] },
    { first: [6, 7], second: [2, 7], expected: [0.0582, 0.8062] },
    { first: [5, 56], second: [0, 29], expected: [-0.0381, 0.1926] },
    { first: [0, 10], second: [0, 20], expected: [-0.1611, 0.2775] },
    { first: [10, 10], second: [0, 10], expected: [0.6075, 1] },
  ])('of $first less $second is $expected', ({ first, second, expected }) => {
    const [low, high] = newcombe(
      { successes: first[0]!, trials: first[1]! },
      { successes: second[0]!, trials: second[1]! },
      z,
    )
    expect(low).toBeCloseTo(expected[0]!, 4)
    expect(high).toBeCloseTo(expected[1]!, 4)
  })
})

describe('intervals of one proportion', () => {
  test('wilson() agrees with scipy 1.17.1', () => {
    const [low, high] = wilson(7, 50, z)
    expect(low).toBeCloseTo(0.06950833427016292, 12)
    expect(high).toBeCloseTo(0.26186193710585537, 12)
  })

  test('clopperPearson() agrees with scipy 1.17.1', () => {
    const [low, high] = clopperPearson(7, 50)
    expect(low).toBeCloseTo(0.05819170033997344, 12)
    expect(high).toBeCloseTo(0.26739600249700846, 12)
  })

  test('clopperPearson() shows that 0 of 2,300 is at most 0.16 %, 1 of 600 at most 0.93 % (VERDICT.md)', () => {
    expect((clopperPearson(0, 2300)[1] * 100).toFixed(2)).toBe('0.16')
    expect((clopperPearson(1, 600)[1] * 100).toFixed(2)).toBe('0.93')
    expect(clopperPearson(0, 2300)[0]).toBe(0)
    expect(clopperPearson(600, 600)[1]).toBe(1)
  })
})

describe('medianInterval()', () => {
  test('of six values at 95 % is least and greatest, with confidence 0.96875 (golang/perf benchmath)', () => {
    expect(medianInterval([6, 5, 4, 3, 2, 1])).toEqual({ ranks: [1, 6], interval: [1, 6], confidence: 0.96875 })
  })

  test('grows narrower with more values', () => {
    const values = Array.from({ length: 20 }, (_, index) => index + 1)
    expect(medianInterval(values)).toMatchObject({ ranks: [6, 15], interval: [6, 15] })
  })

  test('says so when a sample is too small for the confidence wanted', () => {
    expect(medianInterval([1, 2, 3]).confidence).toBe(0.75)
    expect(medianInterval([1])).toEqual({ ranks: [1, 1], interval: [1, 1], confidence: 0 })
  })
})
