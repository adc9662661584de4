import { describe, expect, test } from 'vitest'
import { answerSchema } from '../../../plugin/compare/answer.ts'
import { type DuetPolicy, judgeDuet } from '../../../plugin/duet/judge-duet.ts'
import { type DuetFigure, withCollections } from '../../../plugin/duet/lane.ts'
import type { Observation, SessionResult } from '../../../plugin/duet/open-duet.ts'
import { seededRandom } from '../../support/random.ts'

const policy: DuetPolicy = {
  threshold: 3,
  ownThresholds: true,
  meanCertifies: false,
  severity: { medium: 10, high: 25, critical: 50 },
  most: 24,
}

const figure = (values: DuetFigure['values'], title = 'Lower Quartile Duration'): DuetFigure => ({
  title,
  unit: 'ns',
  direction: 'lower',
  gate: true,
  values,
})

interface Sketch {
  /** head / base of the quartile and of the mean. */
  quartile: number
  mean?: number
  /** … and of the duration with garbage collection, where there is one. */
  withGc?: number
  /** Spread of the ratios from session to session … */
  noise?: number
  /** … and that of the mean. */
  meanNoise?: number
  threshold?: number
}

function sessionsOf(count: number, sketches: Record<string, Sketch>): SessionResult[] {
  const random = seededRandom(7)
  return Array.from({ length: count }, (_, index) => ({
    removed: [],
    failures: [],
    baseFailures: [],
    shared: [],
    observations: Object.entries(sketches).map(([name, sketch]) => {
      const { quartile, mean = quartile, withGc, noise = 0.002, meanNoise = noise, threshold } = sketch
      const about = (value: number, spread = noise) => value * (1 + spread * (random() - 0.5))
      const means = { base: 110, head: about(110 * mean, meanNoise), null: about(110, meanNoise) }
      return observation(name, index + 1, {
        ...(threshold !== undefined && { threshold }),
        figures: {
          duration_quartile: figure({ base: 100, head: about(100 * quartile), null: about(100) }),
          duration_mean: figure(means, 'Average Duration'),
          ...(withGc !== undefined && {
            [withCollections]: figure({ base: 105, head: about(105 * withGc), null: about(105) }, 'With Collections'),
          }),
        },
      })
    }),
  }))
}

function observation(name: string, session: number, record: Partial<Observation['record']>): Observation {
  return {
    key: name,
    name,
    category: 'c',
    file: 'a.bench.ts',
    project: '',
    test: name,
    session,
    inBase: true,
    record: { name, call: 0, figures: {}, tookMs: 0, errors: {}, ...record },
  }
}

const verdictsOf = (sessions: SessionResult[], given = policy) => {
  const { answer, undecided, continueTo } = judgeDuet(sessions, [], given)
  const verdicts = answer.benchmarks.map(({ metrics }) => Object.values(metrics).map(({ verdict }) => verdict))
  return { verdict: answer.verdict, verdicts, undecided: [...undecided], continueTo }
}

describe('judgeDuet()', () => {
  test('decides clear cases at the first look, in the form of compare', () => {
    const sessions = sessionsOf(6, { same: { quartile: 1 }, slower: { quartile: 1.3 } })
    expect(verdictsOf(sessions)).toEqual({
      verdict: 'regressed',
      verdicts: [
        ['unchanged', 'unchanged'],
        ['regressed', 'regressed'],
      ],
      undecided: [],
      continueTo: null,
    })
    const { answer } = judgeDuet(sessions, ['gone.bench.ts'], policy)
    expect(answerSchema.parse(answer)).toEqual(answer)
    expect(answer.benchmarks.at(-1)).toEqual({ name: 'gone.bench.ts', status: 'removed', metrics: {} })
    expect(answer.benchmarks[1]?.metrics.duration_mean?.severity).toBe('high')
  })

  test('asks for more sessions of those that are open, up to the last look', () => {
    const sketches = { same: { quartile: 1 }, noisy: { quartile: 1, noise: 0.4 } }
    expect(verdictsOf(sessionsOf(6, sketches))).toMatchObject({ undecided: ['noisy'], continueTo: 10 })
    expect(verdictsOf(sessionsOf(6, sketches), { ...policy, most: 6 })).toMatchObject({
      undecided: [],
      continueTo: null,
    })
    expect(verdictsOf(sessionsOf(24, sketches))).toMatchObject({ verdict: 'inconclusive', continueTo: null })
  })

  test('lets a verdict stand though later sessions say otherwise', () => {
    const early = sessionsOf(6, { same: { quartile: 1 } })
    const late = sessionsOf(10, { same: { quartile: 2 } }).slice(6)
    expect(verdictsOf([...early, ...late]).verdict).toBe('unchanged')
  })

  test('lets a verdict stand though a mean that was left out looks slower by later sessions', () => {
    const early = sessionsOf(6, { same: { quartile: 1, withGc: 1, meanNoise: 0.08 } })
    const late = sessionsOf(10, { same: { quartile: 1, withGc: 1, mean: 1.4 } }).slice(6)
    expect(verdictsOf([...early, ...late])).toMatchObject({ verdict: 'unchanged', continueTo: null })
  })

  test('tells how often the same judge calls the base slower or faster than itself', () => {
    const sessions = sessionsOf(6, { same: { quartile: 1 }, other: { quartile: 1.5 } })
    expect(judgeDuet(sessions, [], policy).control).toEqual({ figures: 4, changed: 0 })
    for (const { observations } of sessions) observations[0]!.record.figures.duration_mean!.values.null = 140
    expect(judgeDuet(sessions, [], policy).control).toEqual({ figures: 4, changed: 1 })
  })

  test('lets the worse of quartile and mean gate, and says that they disagree', () => {
    const sessions = sessionsOf(6, { collects: { quartile: 1, mean: 1.4 } })
    expect(verdictsOf(sessions)).toMatchObject({ verdict: 'regressed', verdicts: [['unchanged', 'regressed']] })
    const { answer } = judgeDuet(sessions, [], policy)
    expect(answer.benchmarks[0]?.metrics.duration_mean?.warnings).toMatchObject([{ code: 'figures-disagree' }])
  })

  describe('where a steadier figure sees garbage collection as well as the mean', () => {
    const noisyMean = { quartile: 1, withGc: 1, meanNoise: 0.08 }

    test('does not wait for a mean that suggests nothing, and leaves it out', () => {
      const sessions = sessionsOf(6, { same: noisyMean })
      expect(verdictsOf(sessions)).toMatchObject({ verdict: 'unchanged', continueTo: null })
      const metrics = judgeDuet(sessions, [], policy).answer.benchmarks[0]?.metrics
      expect(Object.keys(metrics ?? {})).toEqual(['duration_quartile', withCollections])
    })

    test('waits for a mean that looks slower, though it is not known well enough', () => {
      const sessions = sessionsOf(6, { putsOff: { ...noisyMean, mean: 1.06 } })
      expect(verdictsOf(sessions)).toMatchObject({ verdict: 'inconclusive', undecided: ['putsOff'], continueTo: 10 })
    })

    test('does not wait for a mean that looks slower, but not so that it could be told from noise', () => {
      const sessions = sessionsOf(24, { same: { quartile: 1, withGc: 1 } })
      for (const [index, { observations }] of sessions.entries()) {
        observations[0]!.record.figures.duration_mean!.values = {
          base: 110,
          head: 110 * Math.exp(index % 2 === 0 ? 0.165 : -0.095),
          null: 110,
        }
      }
      const { metrics } = judgeDuet(sessions, [], { ...policy, meanCertifies: true }).answer.benchmarks[0]!
      expect(metrics.duration_mean).toMatchObject({ verdict: 'inconclusive', n: [24, 24] })
      expect(metrics.duration_mean!.ratio).toBeCloseTo(Math.exp(0.035), 6)
      expect(verdictsOf(sessions).verdict).toBe('unchanged')
    })

    test('waits for a mean that does not rule out a slowdown of high severity', () => {
      const sessions = sessionsOf(6, { wild: { ...noisyMean, meanNoise: 0.4 } })
      expect(verdictsOf(sessions)).toMatchObject({ undecided: ['wild'], continueTo: 10 })
    })

    test('does with the mean where some sessions cannot tell collections from calls', () => {
      const sessions = [
        ...sessionsOf(5, { some: { ...noisyMean, mean: 1.02 } }),
        ...sessionsOf(1, { some: { quartile: 1 } }),
      ]
      const { answer } = judgeDuet(sessions, [], policy)
      expect(Object.keys(answer.benchmarks[0]!.metrics)).toEqual(['duration_quartile', 'duration_mean'])
    })

    test('finds what only the mean sees, and what only the steadier figure sees', () => {
      expect(verdictsOf(sessionsOf(6, { rare: { ...noisyMean, mean: 1.4 } })).verdict).toBe('regressed')
      expect(verdictsOf(sessionsOf(6, { collects: { ...noisyMean, withGc: 1.1 } })).verdict).toBe('regressed')
    })

    test('says which of them disagrees with the quartile', () => {
      const codesOf = (sketch: Sketch) => {
        const { metrics } = judgeDuet(sessionsOf(6, { one: sketch }), [], policy).answer.benchmarks[0]!
        return Object.fromEntries(
          Object.entries(metrics).map(([name, { warnings }]) => [name, warnings.map(({ code }) => code)]),
        )
      }
      const rare = codesOf({ quartile: 1, withGc: 1, mean: 1.4 })
      expect(rare).toEqual({ duration_quartile: [], [withCollections]: [], duration_mean: ['figures-disagree'] })
      expect(codesOf({ quartile: 1, withGc: 1.1, mean: 1 })[withCollections]).toEqual(['figures-disagree'])
    })

    test('waits for every mean where a stored mean is in question', () => {
      const sessions = sessionsOf(6, { same: noisyMean })
      expect(verdictsOf(sessions, { ...policy, meanCertifies: true })).toMatchObject({ continueTo: 10 })
    })
  })

  test('keeps to a benchmark’s own threshold unless the user gave one', () => {
    const sessions = sessionsOf(6, { own: { quartile: 1.06, threshold: 20 } })
    expect(verdictsOf(sessions).verdict).toBe('unchanged')
    expect(verdictsOf(sessions, { ...policy, ownThresholds: false }).verdict).toBe('regressed')
  })

  test('tells what is new from what failed in the base', () => {
    const figures = { duration_quartile: figure({ head: 100 }) }
    const session: SessionResult = {
      removed: [{ key: 'a.bench.ts > old' }],
      failures: [],
      baseFailures: [{ file: 'a.bench.ts', test: 'broken', error: 'no such module' }],
      shared: [],
      observations: [observation('new', 1, { figures }), observation('broken', 1, { figures })],
    }
    const { answer, continueTo } = judgeDuet([session], [], policy)
    expect(answer).toMatchObject({
      verdict: 'no-baseline',
      benchmarks: [
        { name: 'new', status: 'new', metrics: { duration_quartile: { old: null, new: 100, warnings: [] } } },
        {
          name: 'broken',
          status: 'compared',
          metrics: { duration_quartile: { new: 100, warnings: [{ code: 'base-failed' }] } },
        },
        { name: 'a.bench.ts > old', status: 'removed' },
      ],
    })
    expect(continueTo).toBeNull()
  })
})
