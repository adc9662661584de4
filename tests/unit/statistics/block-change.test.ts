import { expect, test } from 'vitest'
import { blockChange, roundsLeast } from '../../../plugin/statistics/block-change.ts'
import { blockMedians } from '../../../plugin/statistics/block-medians.ts'
import { medianOfLogs } from '../../../plugin/statistics/median-of-logs.ts'

const options = { interleaved: true, resolution: 0 }
const numbers = (count: number) => Array.from({ length: count }, (_, index) => 100 + ((index * 7) % 5))

test('blockMedians() leaves no value out and none in two blocks', () => {
  expect(blockMedians([1, 2, 3, 10, 11, 12], 2)).toEqual([2, 11])
  expect(blockMedians([1, 2, 3, 4, 5, 6, 7], 7)).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(blockMedians([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([1.5, 4, 6.5])
})

test('blockChange() mirrors when the sides are swapped', () => {
  const [a, b] = [numbers(100), numbers(90).map((value, index) => value * (1.2 + (index % 10) / 100))]
  for (const interleaved of [true, false]) {
    const there = blockChange(a, b, { ...options, interleaved })!.estimate
    const back = blockChange(b, a, { ...options, interleaved })!.estimate
    expect(back.centre).toBeCloseTo(-there.centre, 12)
    expect(back.standardError).toBeCloseTo(there.standardError, 12)
  }
})

test.for([
  [12, 4],
  [15, 4],
  [18, 6],
  [30, 10],
  [1000, 10],
])('blockChange() makes of %i rounds %i blocks', ([rounds, blocks]) => {
  expect(blockChange(numbers(rounds!), numbers(1000), options)?.blocks).toBe(blocks)
})

test('blockChange() gives nothing for too few rounds or times that have no logarithm', () => {
  expect(blockChange(numbers(roundsLeast - 1), numbers(100), options)).toBeNull()
  expect(blockChange(numbers(100).fill(0), numbers(100), options)).toBeNull()
})

test('blockChange() believes no error below that of the clock, step/√12', () => {
  const { estimate } = blockChange(numbers(50).fill(100), numbers(50).fill(101), { ...options, resolution: 0.12 })!
  expect(estimate.standardError).toBeCloseTo(0.12 / Math.sqrt(12), 12)
})

test('medianOfLogs() gives null where a value has no logarithm', () => {
  expect(medianOfLogs([1, Math.E, 100])).toBe(1)
  expect(medianOfLogs([1, 0, 2])).toBeNull()
  expect(medianOfLogs([1, -1, 2])).toBeNull()
})
