import { describe, expect, test } from 'vitest'
import { busiestSecond } from '../../../bench/measures/busiest-second.ts'
import { usualStallMs } from '../../../bench/measures/usual-stall.ts'

/** Tenths of a second, one after the other. */
const tenths = (percents: readonly number[]) => percents.map((percentOfCore) => ({ durationMs: 100, percentOfCore }))

describe('busiestSecond()', () => {
  test('finds it wherever it begins', () => {
    const quiet = Array<number>(7).fill(20)
    expect(busiestSecond(tenths([...quiet, ...Array<number>(10).fill(80), ...quiet]))).toBeCloseTo(80)
  })

  test('takes a short burst for what it is in a second', () => {
    expect(busiestSecond(tenths([...Array<number>(15).fill(30), 130, ...Array<number>(15).fill(30)]))).toBeCloseTo(40)
  })

  test('weighs intervals by their length, of which a late timer makes longer ones', () => {
    const intervals = [
      { durationMs: 600, percentOfCore: 50 },
      { durationMs: 600, percentOfCore: 100 },
      { durationMs: 2_000, percentOfCore: 10 },
    ]
    expect(busiestSecond(intervals)).toBeCloseTo(75)
  })

  test('knows nothing of less than a second', () => {
    expect(busiestSecond(tenths(Array<number>(9).fill(50)))).toBeNull()
  })
})

describe('usualStallMs()', () => {
  const seconds = (longest: readonly number[]) =>
    longest.flatMap((delay, second) => [
      { atMs: second * 1_000, durationMs: 900, eventLoopDelayMaxMs: 2 * delay, eventLoopHeldMaxMs: delay },
      { atMs: second * 1_000 + 900, durationMs: 100, eventLoopDelayMaxMs: 2, eventLoopHeldMaxMs: 1 },
    ])

  test('is what blocks in most seconds, and not what did once', () => {
    expect(usualStallMs(seconds([50, 50, 4, 50, 50]))).toBe(50)
    expect(usualStallMs(seconds([4, 4, 300, 4, 4]))).toBe(4)
    const rest = { atMs: 2_000, durationMs: 200, eventLoopDelayMaxMs: 1, eventLoopHeldMaxMs: 1 }
    expect(usualStallMs([...seconds([50, 52]), rest])).toBe(51)
  })

  test('leaves out the wait for a processor where the system tells', () => {
    expect(usualStallMs(seconds([10]))).toBe(10)
    expect(usualStallMs(seconds([10]).map(({ eventLoopHeldMaxMs, ...interval }) => interval))).toBe(20)
  })
})
