import { expect, test } from 'vitest'
import { settleHeap, youngBytes } from '../../../plugin/measure/settle-garbage.ts'
import { few, measure } from './fake-group.ts'

/** Lets objects survive collections until V8 has made the young generation larger. */
function growYoungGeneration(): void {
  let survivors: unknown[] = []
  for (let round = 0; round < 200 && youngBytes() < LARGE; round++) {
    survivors = [...survivors.slice(-20), Array.from({ length: 20_000 }, (_, index) => ({ index, next: { index } }))]
  }
  expect(youngBytes()).toBeGreaterThanOrEqual(LARGE)
}

const LARGE = 16 * 2 ** 20
/** A fresh process has 1 to 4 MB. */
const FRESH = 4 * 2 ** 20

test('settleHeap() cuts a young generation back that has grown', () => {
  growYoungGeneration()
  settleHeap()
  expect(youngBytes()).toBeLessThanOrEqual(FRESH)
})

test('a benchmark meets the heap of a fresh process, whatever a neighbour in the file has allocated', async () => {
  growYoungGeneration()
  let met = 0
  const beforeAll = () => {
    if (met === 0) met = youngBytes()
  }
  await measure([['after a neighbour', () => 1, { beforeAll }]], { run: few })
  expect(met).toBeGreaterThan(0)
  expect(met).toBeLessThanOrEqual(FRESH)
})
