import { expect, test } from 'vitest'
import { combineExitCodes } from '../../../reporters/exit-code.ts'
import {
  formatBytes,
  formatChange,
  formatDuration,
  formatInUnit,
  formatMilliseconds,
  formatRate,
} from '../../../reporters/number.ts'

test('formatDuration() picks the unit that suits', () => {
  expect([0, 0.1234, 12.345, 1500, 2_345_678, 3.2e9, -1500].map(formatDuration)).toEqual([
    '0 ns',
    '0.1234 ns',
    '12.35 ns',
    '1.500 µs',
    '2.346 ms',
    '3.200 s',
    '-1.500 µs',
  ])
})

test('formatMilliseconds() keeps three decimals and as many more as a short time needs', () => {
  expect([2.456, 5.123, 234.56, 0, 0.00123456, 0.5].map(formatMilliseconds)).toEqual([
    '2.456ms',
    '5.123ms',
    '234.560ms',
    '0.000ms',
    '0.001235ms',
    '0.5000ms',
  ])
})

test('formatChange() gives the sign and one decimal', () => {
  expect([2.086, 1, 0.5].map(formatChange)).toEqual(['+108.6%', '+0.0%', '−50.0%'])
})

test('sizes and rates are grouped and have units', () => {
  expect([formatBytes(999), formatBytes(1_500_000), formatRate(123_456.7), formatRate(12.3)]).toEqual([
    '999 B',
    '1.50 MB',
    '123,457/s',
    '12.30/s',
  ])
  expect(formatInUnit(99.456, '%')).toBe('99.46%')
})

test('no format shows NaN or Infinity', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(
      [formatDuration, formatMilliseconds, formatBytes, formatRate, formatChange].map((each) => each(value)),
    ).toEqual(Array(5).fill('–'))
  }
})

test('combineExitCodes() lets unusable input go before regressions, those before doubt, and all before success', () => {
  const codes = [0, 1, 2, 3]
  expect(codes.map((a) => codes.map((b) => combineExitCodes(a, b)))).toEqual([
    [0, 1, 2, 3],
    [1, 1, 1, 3],
    [2, 1, 2, 3],
    [3, 3, 3, 3],
  ])
  expect(combineExitCodes(139, 1)).toBe(139)
})
