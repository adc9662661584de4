import { expect, test } from 'vitest'
import { setAlarm } from '../../../plugin/measure/load/alarm.ts'

/** Rings of the alarm at these instants: how many instants had come at each. */
async function ringsAt(times: Float64Array): Promise<number[]> {
  const counts: number[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const ring = (count: number) => {
    counts.push(count)
    if (count === times.length) resolve()
  }
  const alarm = setAlarm(times, ring, reject)
  await promise.finally(alarm.stop)
  return counts
}

test('setAlarm() rings for every instant, in their order', async () => {
  const counts = await ringsAt(Float64Array.from({ length: 40 }, (_, index) => index * 5))
  expect(counts.at(-1)).toBe(40)
  expect(counts).toEqual([...new Set(counts)].toSorted((a, b) => a - b))
})

test('setAlarm() rings once for several instants where they are crowded, at most 4 times a millisecond', async () => {
  const times = Float64Array.from({ length: 4000 }, (_, index) => index / 20)
  const counts = await ringsAt(times)
  expect(counts.at(-1)).toBe(4000)
  // 200 ms; the last of a crowd are no crowd any more, and a late start makes it fewer.
  expect(counts.length).toBeLessThanOrEqual(200 * 4 + 8)
})
