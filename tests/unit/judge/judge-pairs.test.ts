import { describe, expect, test } from 'vitest'
import { toBaseline } from '../../../plugin/judge/baseline.ts'
import { explain } from '../../../plugin/judge/explain.ts'
import { judge } from '../../../plugin/judge/judge.ts'
import type { JudgePolicy } from '../../../plugin/judge/policy.ts'
import { unconfirmed } from '../../../plugin/judge/unconfirmed.ts'
import type { Metric } from '../../../plugin/run/metric.ts'
import type { Paired, PairedFigure, Run } from '../../../plugin/run/run.ts'
import { verdictSentence } from '../../../reporters/verdict-words.ts'
import { makeRun } from '../../support/make-run.ts'
import { benchmarkOf, durations, rate, runOf, type SessionSketch } from '../../support/sketch-run.ts'

const policy: JudgePolicy = {
  threshold: 5,
  failOn: 'low',
  strict: false,
  severity: { medium: 10, high: 25, critical: 50 },
}
const commit = 'a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0'
const acceptedAt = '2026-11-24T10:00:00.000Z'
const steady = [10, 10.01, 9.99, 10.02, 9.98, 10]
const times = (factor: number, values = steady) => values.map((value) => value * factor)
const baselineOf = (sessions: readonly SessionSketch[]) => {
  const made = runOf(sessions, { id: '20261120_090000' })
  return toBaseline({ ...made, environment: { ...made.environment, commit } }, { acceptedAt })
}
const figure = (head: readonly number[]): PairedFigure => ({
  title: 'Average Duration',
  unit: 'ns',
  direction: 'lower',
  gate: true,
  base: [...steady],
  head: [...head],
  control: [...steady],
})
const pairedWith = (head: readonly number[], ref = commit): Paired => ({
  ref,
  commit,
  figures: { duration_mean: figure(head) },
})
const wild = [5, 14, 9, 21, 6, 13]

/** A run of one benchmark that was measured in turns as well. */
function runWith(sessions: readonly SessionSketch[], paired: Paired, changes: Partial<Run> = {}): Run {
  return makeRun([{ ...benchmarkOf('case', sessions), paired }], changes)
}

describe('judge() and what was measured in turns', () => {
  test('clears a benchmark that is slower than the baseline and as fast as its commit', () => {
    const report = judge(runWith(durations(times(1.6)), pairedWith(steady)), baselineOf(durations(steady)), policy)
    expect(report).toMatchObject({ verdict: 'unchanged', exitCode: 0 })
    expect(report.benchmarks[0]!.warnings).toEqual([
      { code: 'refuted', text: expect.stringContaining('not than a1b2c3d is today: the machine or what it runs on') },
    ])
    expect(report.benchmarks[0]!.metrics).toMatchObject({
      duration_median: { verdict: 'regressed', gate: false },
      paired_duration_mean: { verdict: 'unchanged', gate: true, title: 'Average Duration in turns with a1b2c3d' },
    })
  })

  test('is judged by the baseline alone where that is another one than was to be confirmed', () => {
    const run = runWith(durations(times(1.6)), pairedWith(steady))
    const other = { ...pairedWith(steady), commit: commit.replace('a', 'b') }
    const baseline = baselineOf(durations(steady))
    expect(judge(runWith(durations(times(1.6)), other), baseline, policy)).toEqual(
      judge(runOf(durations(times(1.6))), baseline, policy),
    )
    expect(judge(run, null, policy).benchmarks).toMatchObject([{ status: 'new' }])
    expect(explain(run, null, policy, 'case')).toContain('Nothing is stored of it')
  })

  test('rates a regression by what was measured in turns', () => {
    const report = judge(runWith(durations(times(1.6)), pairedWith(times(1.2))), baselineOf(durations(steady)), policy)
    expect(report.benchmarks[0]).toMatchObject({ verdict: 'regressed', severity: 'medium' })
    expect(report.exitCode).toBe(1)
  })

  test('finds by it what the baseline leaves open', () => {
    const baseline = baselineOf(durations(steady))
    expect(judge(runOf(durations(wild)), baseline, policy).verdict).toBe('inconclusive')
    expect(judge(runWith(durations(wild), pairedWith(times(1.2))), baseline, policy).verdict).toBe('regressed')
  })

  test('lets the baseline have the last word where the turns leave it open and look slower too, and says so', () => {
    const slower = times(1.6, wild)
    const report = judge(runWith(durations(times(1.6)), pairedWith(slower)), baselineOf(durations(steady)), policy)
    expect(report.benchmarks[0]).toMatchObject({
      verdict: 'regressed',
      severity: 'critical',
      metrics: { paired_duration_mean: { verdict: 'inconclusive', gate: false } },
      warnings: expect.arrayContaining([
        expect.objectContaining({
          code: 'not-confirmed',
          text: expect.stringContaining('what the baseline says stands'),
        }),
      ]),
    })
  })

  test('counts no regression that the turns do not see, even where they leave it open, and says so', () => {
    const report = judge(runWith(durations(times(1.6)), pairedWith(wild)), baselineOf(durations(steady)), policy)
    expect(report).toMatchObject({ verdict: 'inconclusive', exitCode: 0 })
    expect(report.benchmarks[0]).toMatchObject({
      metrics: { duration_median: { verdict: 'regressed', gate: false }, paired_duration_mean: { gate: true } },
      warnings: expect.arrayContaining([
        expect.objectContaining({ code: 'not-confirmed', text: expect.stringContaining('does not look slower') }),
      ]),
    })
  })

  test('lets a regression stand where the other version differs from itself, however the estimate looks', () => {
    const paired = pairedWith(steady)
    const apart = { ...paired.figures.duration_mean!, control: times(1.4) }
    const run = runWith(durations(times(1.6)), { ...paired, figures: { duration_mean: apart } })
    const report = judge(run, baselineOf(durations(steady)), policy).benchmarks[0]!
    expect(report.verdict).toBe('regressed')
    expect(report.warnings.map(({ text }) => text).join()).toContain('stayed open, so what the baseline says stands')
  })

  test('counts no regression that the turns rule out, though the other version is noisy beside itself', () => {
    const control = [1.1, 0.9, 1.12, 0.88, 1.08, 0.93].map((factor, index) => steady[index]! * factor)
    const head = [0.98, 1.03, 1.01, 0.97, 1.04, 1].map((factor, index) => steady[index]! * factor)
    const { figures } = pairedWith(head)
    const noisy = { ...pairedWith(head), figures: { duration_mean: { ...figures.duration_mean!, control } } }
    const judged = (slower: number) =>
      judge(runWith(durations(times(slower)), noisy), baselineOf(durations(steady)), policy).benchmarks[0]!
    const codes = judged(2).metrics.paired_duration_mean!.warnings.map(({ code }) => code)
    expect(codes).toContain('null-noisy')
    expect(judged(2).verdict).toBe('inconclusive')
    expect(judged(1.25).verdict).toBe('regressed')
  })

  describe('of a time of its own', () => {
    const cost = (value: number): Metric => ({
      kind: 'quantity',
      title: 'Cost',
      unit: 'ns',
      direction: 'lower',
      gate: true,
      value,
    })
    const sessions = (factor: number) =>
      durations(steady).map(({ metrics }, index) => ({
        metrics: { ...metrics, cost: cost(steady[index]! * factor) } as Record<string, Metric>,
      }))
    const pairs = (own: Record<string, PairedFigure>): Paired => ({
      ref: commit,
      commit,
      figures: { duration_mean: figure(steady), ...own },
    })

    test('takes the verdict from the turns that measured it', () => {
      const run = (head: readonly number[]) =>
        runWith(sessions(1.6), pairs({ cost: { ...figure(head), title: 'Cost' } }))
      const baseline = baselineOf(sessions(1))
      expect(judge(run(steady), baseline, policy).verdict).toBe('unchanged')
      const report = judge(run(times(1.3)), baseline, policy).benchmarks[0]!
      expect(report).toMatchObject({
        verdict: 'regressed',
        severity: 'high',
        metrics: { cost: { gate: false }, paired_cost: { gate: true, title: 'Cost in turns with a1b2c3d' } },
      })
    })

    test('leaves it to the baseline where they did not', () => {
      const report = judge(runWith(sessions(1.6), pairs({})), baselineOf(sessions(1)), policy).benchmarks[0]!
      expect(report).toMatchObject({ verdict: 'regressed', metrics: { cost: { gate: true, verdict: 'regressed' } } })
    })
  })

  test('says how to go on from sessions that leave it open, and what is left after the last', () => {
    const adviceAfter = (looks: number) => {
      const repeat = (values: readonly number[]) => Array.from({ length: looks }, () => values).flat()
      const control = repeat(steady)
      const paired = {
        ref: commit,
        commit,
        figures: { duration_mean: { ...figure(repeat(wild)), base: control, control } },
      }
      const { metrics } = judge(runWith(durations(times(1.6)), paired), baselineOf(durations(steady)), policy)
        .benchmarks[0]!
      return metrics.paired_duration_mean!.warnings.map(({ text }) => text).join()
    }
    expect(adviceAfter(1)).toMatch(/let it go on to 10 sessions$/)
    expect(adviceAfter(4)).toMatch(/quieten the machine, or raise the threshold$/)
  })

  test('leaves metrics that are no durations to the baseline', () => {
    const sessions = (successes: number, factor: number) =>
      durations(times(factor)).map(({ metrics }) => ({
        metrics: { ...metrics, success_rate: rate(successes, 1000) } as Record<string, Metric>,
      }))
    const report = judge(runWith(sessions(900, 1.6), pairedWith(steady)), baselineOf(sessions(1000, 1)), policy)
    expect(report.benchmarks[0]).toMatchObject({ verdict: 'regressed', metrics: { success_rate: { gate: true } } })
    // Nobody is to accept what has got worse.
    expect(report.benchmarks[0]!.warnings.map(({ code }) => code)).not.toContain('refuted')
  })

  test('judges by the other version alone where a run was made against it', () => {
    const judged = { failOn: 'low', strict: false, severity: policy.severity, baseline: null, partial: false } as const
    const against = { ref: 'main', commit }
    const { options } = makeRun([])
    const run = runWith(durations(steady.slice(0, 1)), pairedWith(times(1.2), 'main'), {
      options: { ...options, policy: { ...judged, against } },
    })
    const baseline = baselineOf(durations(times(3)))
    expect(verdictSentence(judge(run, null, policy))).toBe('Slower: 1 regressed against main (a1b2c3d).')
    for (const stored of [null, baseline]) {
      expect(judge(run, stored, policy)).toMatchObject({
        verdict: 'regressed',
        exitCode: 1,
        baseline: { kind: 'compared', path: 'main', commit },
      })
    }
    const open = { ...run, benchmarks: run.benchmarks.map((each) => ({ ...each, paired: pairedWith(wild, 'main') })) }
    expect(judge(open, null, { ...policy, strict: true })).toMatchObject({ verdict: 'inconclusive', exitCode: 2 })
    const fresh = { ...run, benchmarks: [benchmarkOf('fresh', durations(steady))] }
    expect(judge(fresh, baseline, policy).benchmarks).toMatchObject([{ status: 'new', verdict: 'no-baseline' }])
  })

  test('takes the threshold of the benchmark itself', () => {
    const sessions = durations(times(1.6), { threshold: 30 })
    const report = judge(runWith(sessions, pairedWith(times(1.2))), baselineOf(durations(steady)), policy)
    expect(report.verdict).toBe('unchanged')
  })
})

describe('unconfirmed()', () => {
  // One stored run does not tell how far runs are apart: at 5 % it leaves everything open.
  const wide = { ...policy, threshold: 20 }
  const run = makeRun([
    benchmarkOf('slower', durations(times(1.6))),
    benchmarkOf('open', durations(wild)),
    benchmarkOf('same', durations(steady)),
    benchmarkOf('new', durations(steady)),
  ])
  const stored = (keys: readonly string[], id: string, environment: Partial<Run['environment']>) => {
    const made = makeRun(
      keys.map((key) => benchmarkOf(key, durations(steady))),
      { id },
    )
    return { ...made, environment: { ...made.environment, ...environment } }
  }

  test('finds what regressed or is inconclusive, by the commit of the oldest run of its level', () => {
    const first = stored(['slower', 'open', 'same'], '20261120_090000', { commit: 'c1', dirty: false })
    const second = stored(['slower', 'open'], '20261121_090000', { commit: 'c2', dirty: false })
    const verdicts = new Map([['slower', 'regressed']] as const)
    const baseline = toBaseline(second, { acceptedAt, previous: toBaseline(first, { acceptedAt }), verdicts })
    const found = unconfirmed(run, baseline, wide, ['regressed', 'inconclusive'])
    expect(found.map(({ commit, dirty, benchmarks }) => [commit, dirty, benchmarks.map(({ key }) => key)])).toEqual([
      ['c2', false, ['slower']],
      ['c1', false, ['open']],
    ])
  })

  test('passes over runs with uncommitted changes or no commit, where there are others', () => {
    let baseline: ReturnType<typeof toBaseline> | null = null
    const environments = [{ commit: 'c1', dirty: true }, { commit: null }, { commit: 'c3' }, { commit: 'c4' }] as const
    for (const [index, environment] of environments.entries()) {
      const made = stored(['slower'], `2026112${index}_090000`, { dirty: false, ...environment })
      baseline = toBaseline(made, { acceptedAt, previous: baseline })
      if (index === 0) expect(unconfirmed(run, baseline, wide, ['regressed'])).toMatchObject([{ dirty: true }])
    }
    expect(unconfirmed(run, baseline, wide, ['regressed'])).toMatchObject([{ commit: 'c3', dirty: false }])
  })

  test('finds only what has a verdict that is asked for', () => {
    const baseline = toBaseline(stored(['slower', 'open', 'same'], '20261120_090000', { commit: 'c1' }), { acceptedAt })
    const found = unconfirmed(run, baseline, wide, ['regressed'])
    expect(found.map(({ benchmarks }) => benchmarks.map(({ key }) => key))).toEqual([['slower']])
    expect(unconfirmed(run, baseline, wide, [])).toEqual([])
  })

  test('tells whether times of the benchmarks’ own are in doubt; of memory and shares turns tell nothing', () => {
    const sessions = (own: Metric) =>
      durations(steady).map(({ metrics }) => ({ metrics: { ...metrics, own } as Record<string, Metric> }))
    const own = (unit: 'ns' | 'B', value: number): Metric => ({
      kind: 'quantity',
      title: 'Own',
      unit,
      direction: 'lower',
      gate: true,
      value,
    })
    const found = (before: Metric, after: Metric) =>
      unconfirmed(makeRun([benchmarkOf('case', sessions(after))]), baselineOf(sessions(before)), wide, ['regressed'])
    expect(found(own('ns', 1000), own('ns', 2000))).toMatchObject([{ ownFigures: true }])
    expect(found(own('B', 1000), own('B', 2000))).toEqual([])
    expect(found(rate(1000, 1000), rate(800, 1000))).toEqual([])
  })

  test('finds nothing without a baseline, nor twice', () => {
    const baseline = toBaseline(stored(['slower'], '20261120_090000', { commit: null }), { acceptedAt })
    expect(unconfirmed(run, null, wide, ['regressed'])).toEqual([])
    expect(unconfirmed(run, baseline, wide, ['regressed'])).toMatchObject([{ commit: null, ownFigures: false }])
    const confirmed = { ...run, benchmarks: run.benchmarks.map((each) => ({ ...each, paired: pairedWith(steady) })) }
    expect(unconfirmed(confirmed, baseline, wide, ['regressed'])).toEqual([])
  })
})

test('explain() shows what was measured in turns, and which comparison decides', () => {
  const paired = pairedWith(times(1.2))
  const text = explain(runWith(durations(times(1.6)), paired), baselineOf(durations(steady)), policy, 'case')
  expect(text).toContain('case: regressed (medium)')
  expect(text).toMatch(/Average Duration in turns with a1b2c3d .*: regressed\n/)
  expect(text).toMatch(/after 6: 0\.182\d\d \[0\.\d+, 0\.\d+\], worse is positive: regressed/)
  expect(text).toMatch(/Verdict of the benchmark\n.*\n {4}paired_duration_mean: regressed\n {2}=> regressed/)
})
