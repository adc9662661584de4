import { expect, test } from 'vitest'
import { adaptiveHistogram } from '../../../plugin/statistics/adaptive-histogram.ts'
import { mValue } from '../../../plugin/statistics/m-value.ts'

const repeat = (value: number, times: number) => Array.from({ length: times }, () => value)

// AndreyAkinshin/perfolizer, MultimodalTests.cs, cases 1 to 6.
test.each([
  { values: repeat(1, 6), expected: 2 },
  { values: [...repeat(1, 5), ...repeat(2, 5)], expected: 4 },
  { values: [...repeat(1, 9), ...repeat(2, 9), ...repeat(3, 9)], expected: 6 },
  { values: [1, 2, 3, 3, 3, 4, 5, 10, 11, 11, 11, 12, 40, 41, 41, 41, 42], expected: 2.8333 },
  {
    values: [
      173, 147, 153, 141, 139, 117, 126, 145, 133, 181, 166, 139, 138, 146, 145, 142, 121, 108, 128, 122, 149, 118, 113,
      117, 129, 148, 124, 141, 143, 109, 144, 106, 98, 116, 129, 136, 131, 179, 115, 142, 152, 148, 133, 138, 114, 142,
      151, 151, 144, 160, 151, 134, 133, 135, 109, 126, 123, 140, 141, 136, 122, 134, 148, 141, 133, 132, 166, 134, 112,
      158, 135, 95, 141, 113, 105, 137, 150, 152, 151, 114, 142, 132, 112, 159, 119, 141, 129, 122, 102, 135, 137, 147,
      131, 107, 135, 133, 120, 166, 132, 122, 144, 127,
    ],
    expected: 2.4516,
  },
  {
    values: [
      1173, 147, 153, 141, 139, 117, 126, 145, 133, 181, 166, 139, 138, 148, 124, 141, 143, 109, 144, 106, 98, 116, 129,
      136, 131, 179, 115, 142, 152, 197, 148, 133, 138, 114, 196, 142, 151, 151, 144, 160, 151, 134, 133, 135, 109, 126,
      123, 140, 141, 136, 219, 122, 134, 148, 226, 199, 221, 141, 132, 133, 166, 134, 112, 158, 135, 95, 141, 113, 105,
      189, 150, 137, 152, 151, 114, 142, 132, 112, 132, 122, 144, 127,
    ],
    expected: 2.2143,
  },
])('mValue() is $expected where Perfolizer’s is', ({ values, expected }) => {
  expect(mValue(values)).toBeCloseTo(expected, 4)
})

test('mValue() does not depend on the unit', () => {
  const values = [...repeat(0.0001, 5), ...repeat(0.00012, 2), ...repeat(0.0002, 5)]
  expect(mValue(values.map((value) => value * 1e9))).toBeCloseTo(mValue(values), 10)
})

test('mValue() of nothing and of one value is one mode', () => {
  expect([mValue([]), mValue([7])]).toEqual([2, 2])
})

test('adaptiveHistogram() puts every value into one bin', () => {
  const values = Array.from({ length: 500 }, (_, index) => 100 + 20 * Math.sin(index) + (index % 7))
  const bins = adaptiveHistogram(values, 3)
  expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(500)
  expect(bins.every((bin, index) => index === 0 || bin.low === bins[index - 1]!.high)).toBe(true)
})
