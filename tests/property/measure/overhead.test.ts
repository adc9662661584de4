import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shareOf } from '../../../plugin/measure/rounds.ts'

const seed = 20_261
const ns = fc.double({ min: 0.01, max: 50, noNaN: true })

describe('shareOf()', () => {
  test('is a share, whatever noise makes of the times', () => {
    const any = fc.double({ min: -50, max: 50, noNaN: true })
    fc.assert(
      fc.property(any, any, any, (beside, besideEmpty, alone) => {
        const share = shareOf(beside, besideEmpty, alone)
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
      }),
      { seed, examples: [[-2.220446049250313e-16, 5e-324, 5e-324]] },
    )
  })

  test('is 0 where nothing of a second call shows, and 1 where all of it does', () => {
    fc.assert(
      fc.property(ns, ns, (besideEmpty, loopSteps) => {
        expect(shareOf(0, besideEmpty, besideEmpty + loopSteps)).toBe(0)
        expect(shareOf(besideEmpty, besideEmpty, besideEmpty + loopSteps)).toBeCloseTo(1, 9)
      }),
      { seed },
    )
  })

  test('grows with what a second call adds', () => {
    fc.assert(
      fc.property(ns, ns, ns, ns, (beside, more, besideEmpty, alone) => {
        expect(shareOf(beside + more, besideEmpty, alone)).toBeGreaterThanOrEqual(shareOf(beside, besideEmpty, alone))
      }),
      { seed },
    )
  })

  test('does not depend on how fast the processor is at the moment', () => {
    fc.assert(
      fc.property(ns, ns, ns, fc.double({ min: 0.5, max: 2, noNaN: true }), (beside, besideEmpty, alone, speed) => {
        expect(shareOf(beside * speed, besideEmpty * speed, alone * speed)).toBeCloseTo(
          shareOf(beside, besideEmpty, alone),
          9,
        )
      }),
      { seed },
    )
  })

  test('leaves a chain of atomic additions twice as long for twice the additions', () => {
    // Measured here: 12.31 ns for one, 21.91 ns for two, of which the loop adds the same to both.
    const loopNs = 3.44 * shareOf(2.02, 2.7, 3.4)
    expect((21.91 - loopNs) / (12.31 - loopNs)).toBeCloseTo(2, 1)
  })
})
