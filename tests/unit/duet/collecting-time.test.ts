import { describe, expect, test } from 'vitest'
import { type Collecting, collectingTimes, joinCollecting } from '../../../plugin/duet/collecting-time.ts'
import type { Lane } from '../../../plugin/duet/lane.ts'

const MB = 2 ** 20

/** A long round of 100 calls with so many collections, each of so many ns. */
function round(pausesNs: number[], { left = 0, kept = 2000, oldNs = 0, calls = 100 } = {}): Collecting {
  return {
    pausesNs,
    keptBytes: pausesNs.map(() => kept),
    fullBytes: pausesNs.map(() => 16 * MB),
    leftBytes: left * 16 * MB,
    oldNs,
    calls,
  }
}

const timesOf = (versions: Partial<Record<Lane, Collecting>>) =>
  Object.fromEntries(collectingTimes(new Map(Object.entries(versions) as [Lane, Collecting][])))

describe('collectingTimes()', () => {
  test('counts collections by how full the young generation is, not by whether one more has just come', () => {
    const { head, base } = timesOf({ head: round([2e5, 2e5], { left: 0.01 }), base: round([2e5], { left: 0.99 }) })
    expect(base! / head!).toBeCloseTo(1, 1)
    const { head: none } = timesOf({ head: round([], { left: 0.95 }), base: round([2e5], { left: 0.05 }) })
    expect(none).toBeCloseTo((0.95 * 2e5) / 100, 4)
  })

  test('is not moved by collections that had to wait for a helper thread or a processor', () => {
    const calm = round([2e5, 2e5, 2e5])
    const { head, base } = timesOf({ base: calm, null: calm, head: round([2e5, 60e5, 40e5]) })
    expect(head).toBe(base)
    expect(head).toBe((3 * 2e5) / 100)
  })

  test('is that of a call, however many calls a processor that is shared has let a version make', () => {
    const { head, base } = timesOf({ base: round([2e5, 2e5]), head: round([2e5], { calls: 50 }) })
    expect(head).toBe(base)
  })

  test('shows what a head that keeps more alive costs, and one that fills the young generation more often', () => {
    const base = round([2e5, 2e5])
    const { head: keeps, base: beside } = timesOf({ base, head: round([20e5, 22e5], { kept: 4 * MB }) })
    expect(keeps).toBe((2 * 21e5) / 100)
    expect(beside).toBe((2 * 2e5) / 100)
    const { base: once, head: fills } = timesOf({ base, head: round([2e5, 2e5, 2e5, 2e5]) })
    expect(fills! / once!).toBeCloseTo(2, 10)
  })

  test('counts collections of the old generation as they come, and none as nothing', () => {
    expect(timesOf({ base: round([]), head: round([], { oldNs: 5e6 }) })).toEqual({ base: 0, head: 5e4 })
  })
})

describe('joinCollecting()', () => {
  test('makes two rounds one of twice the length', () => {
    const base = joinCollecting(round([2e5], { left: 0.5 }), round([2e5], { left: 0.5 }))
    expect(timesOf({ base }).base).toBeCloseTo(timesOf({ base: round([2e5], { left: 0.5 }) }).base!, 10)
  })
})
