import { describe, expect, test } from 'vitest'
import { type Collecting, collectingShares, joinCollecting } from '../../../plugin/duet/collecting-share.ts'
import type { Lane } from '../../../plugin/duet/lane.ts'

const MB = 2 ** 20

/** A long round of 20 ms with so many collections, each of so many ns. */
function round(pausesNs: number[], { left = 0, kept = 2000, oldNs = 0 } = {}): Collecting {
  return {
    pausesNs,
    keptBytes: pausesNs.map(() => kept),
    fullBytes: pausesNs.map(() => 16 * MB),
    leftBytes: left * 16 * MB,
    oldNs,
    otherNs: 20e6 - pausesNs.reduce((sum, ns) => sum + ns, oldNs),
  }
}

const sharesOf = (versions: Partial<Record<Lane, Collecting>>) =>
  Object.fromEntries(collectingShares(new Map(Object.entries(versions) as [Lane, Collecting][])))

describe('collectingShares()', () => {
  test('counts collections by how full the young generation is, not by whether one more has just come', () => {
    const { head, base } = sharesOf({ head: round([2e5, 2e5], { left: 0.01 }), base: round([2e5], { left: 0.99 }) })
    expect(base! / head!).toBeCloseTo(1, 1)
    const { head: none } = sharesOf({ head: round([], { left: 0.95 }), base: round([2e5], { left: 0.05 }) })
    expect(none).toBeCloseTo((0.95 * 2e5) / 20e6, 4)
  })

  test('is not moved by a collection that had to wait for its helper threads', () => {
    const calm = round([2e5, 2e5, 2e5])
    const { head } = sharesOf({ base: calm, null: calm, head: round([2e5, 2e5, 40e5]) })
    expect(head).toBeLessThan(0.04)
  })

  test('shows what a head that keeps more alive costs, and one that fills the young generation more often', () => {
    const base = round([2e5, 2e5])
    const { head: keeps, base: beside } = sharesOf({ base, head: round([20e5, 22e5], { kept: 4 * MB }) })
    expect(keeps).toBeGreaterThan(0.2)
    expect(beside).toBeLessThan(0.03)
    const { base: once, head: fills } = sharesOf({ base, head: round([2e5, 2e5, 2e5, 2e5]) })
    expect(fills! / once!).toBeCloseTo(2, 1)
  })

  test('counts collections of the old generation as they come, and none as nothing', () => {
    expect(sharesOf({ base: round([]), head: round([], { oldNs: 5e6 }) })).toEqual({ base: 0, head: 5 / 15 })
  })
})

describe('joinCollecting()', () => {
  test('makes two rounds one of twice the length', () => {
    const base = joinCollecting(round([2e5], { left: 0.5 }), round([2e5], { left: 0.5 }))
    expect(sharesOf({ base }).base).toBeCloseTo(sharesOf({ base: round([2e5], { left: 0.5 }) }).base!, 10)
  })
})
