import fc from 'fast-check'
import { expect, test } from 'vitest'
import { becameFaster } from '../../../plugin/measure/became-faster.ts'

const level = (value: number, count: number) =>
  Array.from({ length: count }, (_, index) => value * (1 + (index % 3) / 100))

test('becameFaster() notices that the compiler came in the middle of the measurement', () => {
  expect(becameFaster([...level(276, 60), ...level(65, 40)])).toBe(true)
})

test('becameFaster() takes noise, a slow-down and single outliers for what they are', () => {
  expect(becameFaster(level(65, 100))).toBe(false)
  expect(becameFaster([...level(65, 60), ...level(276, 40)])).toBe(false)
  expect(becameFaster([900, 900, ...level(65, 100)])).toBe(false)
})

test('becameFaster() says nothing of a few samples', () => {
  expect(becameFaster([276, 276, 65, 65])).toBe(false)
})

test('becameFaster() does not depend on the unit', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { maxLength: 60 }), (samples) => {
      expect(becameFaster(samples.map((sample) => sample * 1024))).toBe(becameFaster(samples))
    }),
    { seed: 1 },
  )
})
