import { describe, expect, test } from 'vitest'
import { now } from '../../../plugin/measure/clock.ts'
import { clockWithoutWaiting, processorTime } from '../../../plugin/measure/processor-time.ts'

describe('clockWithoutWaiting()', () => {
  test('runs while the thread does, and never ahead of the wall clock', () => {
    const start = now()
    const clock = clockWithoutWaiting()
    const before = processorTime()
    let sum = 0
    for (let index = 0; index < 5e6; index++) sum = (sum * 31 + index) | 0
    const after = processorTime()
    const ns = clock()
    expect(ns).toBeLessThanOrEqual((now() - start) * 1e6)
    // Waits of less than 0.1 ms between its two readings it does not see.
    expect(ns + 0.2e6).toBeGreaterThanOrEqual((after?.ranNs ?? 0) - (before?.ranNs ?? 0))
  })
})
