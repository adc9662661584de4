import { describe, expect, test } from 'vitest'
import { type Lane, withCollections } from '../../../plugin/duet/lane.ts'
import { type LaneTimes, latencyFigures } from '../../../plugin/duet/latency-figures.ts'

const noCollections = { pausesNs: [], keptBytes: [], fullBytes: [], leftBytes: 0, oldNs: 0, calls: 200_000 }

const timesOf = (batchesNs: number[][], own: Partial<LaneTimes> = {}): LaneTimes => ({
  batchesNs,
  roundsNs: [100],
  collecting: noCollections,
  ...own,
})

const versionsOf = (head: LaneTimes, base: LaneTimes) =>
  new Map<Lane, LaneTimes>([
    ['head', head],
    ['base', base],
    ['null', base],
  ])

/** Ten batches, so many of them slow. */
const round = (slow: number, ns = 100, slowNs = 2 * ns) =>
  Array.from({ length: 10 }, (_, batch) => (batch < slow ? slowNs : ns))

const ratiosOf = (head: LaneTimes, base: LaneTimes, alike = false) => {
  const figures = latencyFigures(versionsOf(head, base), alike)
  return Object.fromEntries(Object.entries(figures).map(([name, { values }]) => [name, values.head! / values.base!]))
}

describe('latencyFigures()', () => {
  test('compares rounds that lie side by side, so that a machine that changes its speed meanwhile changes nothing', () => {
    const speeds = [100, 130, 100, 180, 90]
    const base = timesOf(speeds.map((ns) => round(0, ns)))
    const head = timesOf(speeds.map((ns) => round(0, 1.05 * ns)))
    const ratios = ratiosOf(head, base)
    expect(ratios.duration_quartile).toBeCloseTo(1.05, 10)
    expect(ratios[withCollections]).toBeCloseTo(1.05, 10)
  })

  test('gives the same code the same quartile where it has two speeds that alternate, one of them more often by chance', () => {
    const fast = round(0, 100)
    const slow = round(0, 130)
    const base = timesOf([fast, slow, fast, slow, slow, slow, slow])
    const head = timesOf([fast, fast, fast, slow, slow, slow, slow])
    expect(ratiosOf(head, base).duration_quartile).toBeCloseTo(1, 10)
  })

  test('does not see what interrupts up to three of ten batches, and sees what slows half of them', () => {
    const base = timesOf([round(0), round(0), round(0)])
    expect(ratiosOf(timesOf([round(3), round(2), round(3)]), base)[withCollections]).toBeCloseTo(1, 10)
    const often = ratiosOf(timesOf([round(5), round(5), round(5)]), base)
    expect(often.duration_quartile).toBeCloseTo(1, 10)
    expect(often[withCollections]).toBeCloseTo((5 + 2 * 2) / 7, 10)
  })

  test('adds the time of collections to what calls typically take', () => {
    const batches = [round(0), round(0)]
    const collecting = { ...noCollections, oldNs: 2e6 }
    const ratios = ratiosOf(timesOf(batches, { collecting }), timesOf(batches))
    expect(ratios).toMatchObject({ duration_quartile: 1, duration_mean: 1 })
    expect(ratios[withCollections]).toBeCloseTo(1.1, 10)
  })

  test('takes the quartile over all calls where rounds are short and long at once, and tells collections by the mean', () => {
    const base = timesOf([[100], [100], [100], [100], [100]], { roundsNs: [100, 100, 100, 100, 100] })
    const head = timesOf([[110], [110], [400], [400], [400]], { roundsNs: [110, 110, 400, 400, 400] })
    const ratios = ratiosOf(head, base, true)
    expect(ratios.duration_quartile).toBeCloseTo(1.1, 10)
    expect(ratios.duration_mean).toBeCloseTo(4, 10)
    expect(ratios).not.toHaveProperty(withCollections)
  })
})
