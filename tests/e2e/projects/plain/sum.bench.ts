import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, test } from 'vitest'

/** Where a test looks on first, this file lets the benchmarks begin. */
const start = process.env.START_FILE
beforeAll(async () => {
  while (start !== undefined && !existsSync(start)) await setTimeout(20)
}, 120_000)

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
