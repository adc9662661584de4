import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shareOf } from '../../../plugin/measure/rounds.ts'

const seed = 20_261
const ns = fc.double({ min: 0.01, max: 50, noNaN: true })

describe('shareOf()', () => {
  test('is a share, whatever noise makes of the times', () => {
    const any = fc.double({ min: -50, max: 50, noNaN: true })
    fc.assert(
      fc.property(any, any, any, (added, addedToEmpty, alone) => {
        const share = shareOf(added, addedToEmpty, alone)
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
      }),
      { seed, examples: [[-2.220446049250313e-16, 5e-324, 5e-324]] },
    )
  })

  test('is 0 where nothing of one more call shows, and 1 where all of it does', () => {
    fc.assert(
      fc.property(ns, ns, (addedToEmpty, loopSteps) => {
        expect(shareOf(0, addedToEmpty, addedToEmpty + loopSteps)).toBe(0)
        expect(shareOf(addedToEmpty, addedToEmpty, addedToEmpty + loopSteps)).toBeCloseTo(1, 9)
      }),
      { seed },
    )
  })

  test('grows with what one more call adds', () => {
    fc.assert(
      fc.property(ns, ns, ns, ns, (added, more, addedToEmpty, alone) => {
        expect(shareOf(added + more, addedToEmpty, alone)).toBeGreaterThanOrEqual(shareOf(added, addedToEmpty, alone))
      }),
      { seed },
    )
  })

  test('does not depend on how fast the processor is at the moment', () => {
    fc.assert(
      fc.property(ns, ns, ns, fc.double({ min: 0.5, max: 2, noNaN: true }), (added, addedToEmpty, alone, speed) => {
        expect(shareOf(added * speed, addedToEmpty * speed, alone * speed)).toBeCloseTo(
          shareOf(added, addedToEmpty, alone),
          9,
        )
      }),
      { seed },
    )
  })

  test('leaves a chain of atomic additions twice as long for twice the additions', () => {
    // Measured here: 14.96 ns for one, 26.28 ns for two, of which the loop adds the same to both.
    const loopNs = 4.06 * shareOf(3.21, 3.54, 4.06)
    expect((26.28 - loopNs) / (14.96 - loopNs)).toBeCloseTo(2, 1)
  })
})
