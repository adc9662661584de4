import { describe, test } from 'vitest'

const numbers = Array.from({ length: 100 }, (_, index) => index)

describe('sums', () => {
  test('of numbers', async ({ bench }) => {
    await bench.compare(
      bench('reduce', () => numbers.reduce((sum, value) => sum + value, 0)),
      bench('loop', () => {
        let sum = 0
        for (const value of numbers) sum += value
        return sum
      }),
    )
  })
})

test('joins', async ({ bench }) => {
  await bench('joins', () => numbers.join(',')).run()
})
