import { describe, expect, test } from 'vitest'
import { comparePaired, judgePaired, type PairedSession } from '../../../plugin/judge/paired.ts'
import { intervalOf } from '../../../plugin/statistics/estimate.ts'
import { pairedYuen } from '../../../plugin/statistics/yuen.ts'
import { normal, seededRandom } from '../../support/random.ts'

const delta = Math.log(1.03)
const sessions = (count: number, level: number, spread: number, seed = 1, nullLevel = 0): PairedSession[] => {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => ({
    change: level + spread * normal(random),
    nullChange: nullLevel + spread * normal(random),
  }))
}

describe('judgePaired()', () => {
  test('takes no look before six sessions', () => {
    expect(judgePaired(sessions(5, 0.1, 0.001), delta)).toEqual({ verdict: 'inconclusive', continueTo: 6, looks: [] })
  })

  test.each([
    [0.05, 'regressed'],
    [-0.05, 'improved'],
    [0, 'unchanged'],
  ])('decides a change of %d at the first look when it is clear', (level, verdict) => {
    const judgement = judgePaired(sessions(6, level, 0.002), delta)
    expect(judgement).toMatchObject({ verdict, continueTo: null })
    expect(judgement.looks).toHaveLength(1)
  })

  test('looks at one-sided .005 / 4', () => {
    const six = sessions(6, 0.05, 0.01)
    expect(judgePaired(six, delta).looks[0]!.change).toEqual(
      intervalOf(pairedYuen(six.map(({ change, nullChange }) => change - nullChange! / 2))!, 0.00125),
    )
  })

  test('compares the head with the level of both lanes of the base', () => {
    const six = [0.011, 0.009, 0.01, 0.012, 0.008, 0.01].map((each) => ({ change: each, nullChange: 2 * each }))
    expect(judgePaired(six, delta).looks[0]!.change).toEqual({ low: 0, estimate: 0, high: 0 })
  })

  test('goes on to 10, 16 and 24 sessions, and no further', () => {
    const noisy = sessions(40, 0.02, 0.08, 5)
    expect([6, 10, 16, 24, 40].map((count) => judgePaired(noisy.slice(0, count), delta).continueTo)).toEqual([
      10,
      16,
      24,
      null,
      null,
    ])
    expect(judgePaired(noisy, delta)).toMatchObject({ verdict: 'inconclusive' })
    expect(judgePaired(noisy, delta).looks.map((look) => look.sessions)).toEqual([6, 10, 16, 24])
  })

  test('freezes at the first deciding look, whatever comes later', () => {
    const first = sessions(6, 0.05, 0.002)
    const later = sessions(18, -0.2, 0.002, 9)
    expect(judgePaired([...first, ...later], delta)).toEqual(judgePaired(first, delta))
  })

  test('goes on when the base differs from itself, and ends inconclusive if it always does', () => {
    const judgement = judgePaired(sessions(24, 0.06, 0.002, 3, 0.04), delta)
    expect(judgement).toMatchObject({ verdict: 'inconclusive', continueTo: null })
    expect(judgement.looks.every(({ doubts }) => doubts[0]!.code === 'null-differs')).toBe(true)
  })

  test('goes on when the base against itself is too noisy', () => {
    const random = seededRandom(2)
    const loud = sessions(6, 0.06, 0.002).map((session) => ({ ...session, nullChange: 0.1 * normal(random) }))
    const judgement = judgePaired(loud, delta)
    expect(judgement).toMatchObject({ verdict: 'inconclusive', continueTo: 10 })
    expect(judgement.looks[0]!.doubts.map(({ code }) => code)).toEqual(['null-noisy'])
  })

  test('goes on when the difference drifts from session to session', () => {
    const drifting = Array.from({ length: 10 }, (_, index) => ({ change: 0.02 * index, nullChange: null }))
    expect(
      judgePaired(drifting, delta)
        .looks.at(-1)!
        .doubts.map(({ code }) => code),
    ).toEqual(['trend'])
  })

  test('finds a change that is beyond all that the base may differ from itself', () => {
    expect(judgePaired(sessions(6, 0.12, 0.002, 3, 0.04), delta)).toMatchObject({
      verdict: 'regressed',
      continueTo: null,
    })
    expect(judgePaired(sessions(6, -0.12, 0.002, 3, -0.04), delta)).toMatchObject({ verdict: 'improved' })
  })

  test('certifies nothing where the base may differ from itself by more than the threshold', () => {
    expect(judgePaired(sessions(6, 0.02, 0.002, 3, 0.04), delta).looks[0]!.doubts[0]!.code).toBe('null-differs')
  })

  test('finds twice the time though compiled code has two speeds, once the head is beyond both lanes in every session', () => {
    const [slow, fast] = [Math.log(3), Math.log(1.3)]
    const two = [slow, fast, slow, slow, fast, fast].map((change, index) => ({
      change,
      nullChange: 0.02 * (index % 2),
    }))
    expect(judgePaired(two, Math.log(1.1))).toMatchObject({
      verdict: 'regressed',
      looks: [{ sessions: 6, doubts: [] }],
    })
    const once = two.map((session, index) => (index === 3 ? { change: 0.02, nullChange: 0 } : session))
    expect(judgePaired(once, Math.log(1.1))).toMatchObject({ verdict: 'inconclusive', continueTo: 10 })
  })

  test('does not call a drift a doubt where every session alone says the same', () => {
    const drifting = Array.from({ length: 10 }, (_, index) => ({ change: 0.5 + 0.02 * index, nullChange: null }))
    expect(judgePaired(drifting, delta)).toMatchObject({ verdict: 'regressed' })
  })

  test('does without a null arm', () => {
    const bare = sessions(6, 0.05, 0.002).map((session) => ({ ...session, nullChange: null }))
    expect(judgePaired(bare, delta)).toMatchObject({ verdict: 'regressed', continueTo: null })
  })

  test('calls three equal lanes regressed in under 1 of 100 cases though their values come in two far-off speeds', () => {
    const random = seededRandom(22)
    const lane = () => (random() < 0.5 ? 0 : 0.7) + 0.02 * normal(random)
    const rounds = 4000
    let wrong = 0
    for (let round = 0; round < rounds; round++) {
      const pairs = Array.from({ length: 24 }, () => {
        const base = lane()
        return { change: lane() - base, nullChange: lane() - base }
      })
      if (judgePaired(pairs, 0.001).verdict === 'regressed') wrong++
    }
    expect(wrong / rounds).toBeLessThan(0.01)
  })

  test('calls identical code regressed in well under 1 of 100 cases, over all four looks (0.6 % of 100,000 when last simulated)', () => {
    const random = seededRandom(21)
    const rounds = 4000
    let wrong = 0
    for (let round = 0; round < rounds; round++) {
      const pairs = Array.from({ length: 24 }, () => ({ change: 0.03 * normal(random), nullChange: null }))
      if (judgePaired(pairs, 0.001).verdict === 'regressed') wrong++
    }
    expect(wrong / rounds).toBeLessThan(0.01)
  })
})

describe('comparePaired()', () => {
  const policy = { threshold: 3, severity: { medium: 10, high: 25, critical: 50 } }
  const duration = { title: 'Median Duration', unit: 'ns', direction: 'lower', gate: true } as const
  const base = [100, 101, 99, 102, 98, 100]

  test('gives ratio, interval and severity as new over old', () => {
    const { comparison } = comparePaired(
      { ...duration, base, head: base.map((value, index) => value * (1.3 + 0.001 * index)) },
      policy,
    )
    expect(comparison).toMatchObject({ verdict: 'regressed', severity: 'high', n: [6, 6] })
    expect(comparison.ratio).toBeCloseTo(1.3025, 3)
    expect(comparison.new! / comparison.old!).toBeCloseTo(comparison.ratio!, 12)
  })

  test('turns it round where higher is better', () => {
    const { comparison } = comparePaired(
      { ...duration, direction: 'higher', base, head: base.map((value, index) => value * (0.5 + 0.001 * index)) },
      policy,
    )
    expect(comparison).toMatchObject({ verdict: 'regressed', severity: 'critical' })
    expect(comparison.interval![0]).toBeLessThan(comparison.interval![1])
  })

  test('compares equal values exactly', () => {
    expect(comparePaired({ ...duration, base, head: base, nullArm: base }, policy).comparison).toMatchObject({
      verdict: 'unchanged',
      interval: [1, 1],
    })
  })

  test('says what is missing', () => {
    expect(comparePaired({ ...duration, base: [1, 2], head: [1, 2] }, policy).comparison.warnings[0]!.code).toBe(
      'too-few-sessions',
    )
    expect(comparePaired({ ...duration, base: [], head: [] }, policy).comparison.verdict).toBe('inconclusive')
    expect(comparePaired({ ...duration, base, head: base.map(() => 0) }, policy).comparison.warnings[0]!.code).toBe(
      'not-positive',
    )
  })
})
