import { expect, test } from 'vitest'

test('an ordinary test', () => {
  expect(1 + 1).toBe(2)
})
