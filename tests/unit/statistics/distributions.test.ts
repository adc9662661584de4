import { describe, expect, test } from 'vitest'
import { normalCdf, normalQuantile } from '../../../plugin/statistics/special-functions.ts'
import { studentTCdf, studentTQuantile } from '../../../plugin/statistics/student-t.ts'

/** scipy 1.17.1, stats.t.ppf(p, df). */
const scipyQuantiles = [
  [0.995, 3, 5.840909309733355],
  [0.995, 7, 3.4994832973504924],
  [0.99875, 3.5, 7.780108131838745],
  [0.8, 5.5846153846, 0.9108098650795153],
] as const

describe('Student t', () => {
  test.each(scipyQuantiles)('studentTQuantile(%d, %d) is what scipy computes', (p, df, expected) => {
    expect(studentTQuantile(p, df)).toBeCloseTo(expected, 9)
    expect(studentTQuantile(1 - p, df)).toBeCloseTo(-expected, 9)
  })

  test.each(scipyQuantiles)('studentTCdf() undoes studentTQuantile(%d, %d)', (p, df) => {
    expect(studentTCdf(studentTQuantile(p, df), df)).toBeCloseTo(p, 12)
  })

  test('studentTQuantile() becomes the normal quantile with many degrees of freedom', () => {
    expect(studentTQuantile(0.995, 1e9)).toBeCloseTo(normalQuantile(0.995), 9)
    expect(studentTQuantile(0.995, 1e7)).toBeCloseTo(normalQuantile(0.995), 5)
    expect(studentTCdf(1.96, Number.POSITIVE_INFINITY)).toBe(normalCdf(1.96))
  })

  test('studentTQuantile() is 0 in the middle', () => {
    expect(studentTQuantile(0.5, 4)).toBe(0)
  })

  test('the normal quantile of .975 is the 1.95996… of every table', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12)
  })
})
