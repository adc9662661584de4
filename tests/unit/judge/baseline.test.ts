import { describe, expect, test } from 'vitest'
import { type Baseline, baselineSchema, runsKept, toBaseline } from '../../../plugin/judge/baseline.ts'
import { baselineFromSummaries, summariesSchema } from '../../../plugin/judge/baseline-from-summaries.ts'
import { judge } from '../../../plugin/judge/judge.ts'
import type { Run } from '../../../plugin/run/run.ts'
import { makeRun } from '../../support/make-run.ts'
import { benchmarkOf, duration, durations, rate, runOf } from '../../support/sketch-run.ts'

const acceptedAt = '2026-11-24T10:00:00.000Z'
const steady = [10, 10.01, 9.99, 10.02, 9.98, 10]
const twoBenchmarks = (id: string, factor = 1): Run =>
  makeRun(
    ['zebra', 'ape'].map((key) => benchmarkOf(key, durations(steady.map((value) => value * factor)))),
    { id },
  )

describe('toBaseline()', () => {
  test('stores the sessions with where they come from, keys sorted, five digits each', () => {
    const calibrationNs = { integer: 1, float: 2, string: 3, allocation: 4, map: 5 }
    const run = runOf(
      [{ calibrationNs, metrics: { ...durations([1.23456789])[0]!.metrics, success_rate: rate(99, 100) } }],
      { id: '20261120_090000' },
    )
    const baseline = toBaseline(run, { acceptedAt })
    expect(baselineSchema.parse(JSON.parse(JSON.stringify(baseline)))).toEqual(baseline)
    expect(baseline.runs).toEqual([
      {
        id: '20261120_090000',
        commit: run.environment.commit,
        acceptedAt,
        environment: run.environment,
        options: run.options,
      },
    ])
    expect(baseline.benchmarks.case).toMatchObject({
      since: '20261120_090000',
      calibration: { '20261120_090000': [1.09861] },
      metrics: {
        duration_median: {
          unit: 'ns',
          direction: 'lower',
          kind: 'quantity',
          gate: true,
          runs: { '20261120_090000': [1234600] },
        },
        success_rate: { unit: '%', kind: 'rate', runs: { '20261120_090000': [[99, 100]] } },
      },
    })
    expect(Object.keys(toBaseline(twoBenchmarks('20261120_090000'), { acceptedAt }).benchmarks)).toEqual([
      'ape',
      'zebra',
    ])
  })

  test('leaves out screening, failed and unfinished sessions, and values that are no numbers', () => {
    const sessions = durations([1, 2, 3, Number.NaN, 5])
    const run = runOf([
      { ...sessions[0]!, screening: true },
      { ...sessions[1]!, status: 'failed' },
      { ...sessions[2]!, status: 'incomplete' },
      sessions[3]!,
      sessions[4]!,
    ])
    expect(Object.values(toBaseline(run, { acceptedAt }).benchmarks.case!.metrics.duration_median!.runs)).toEqual([
      [5e6],
    ])
  })

  test('adds to what is stored, without touching it', () => {
    const first = toBaseline(twoBenchmarks('20261120_090000'), { acceptedAt })
    const copy = structuredClone(first)
    const second = toBaseline(twoBenchmarks('20261121_090000'), { acceptedAt, previous: first })
    expect(first).toEqual(copy)
    expect(second.runs.map(({ id }) => id)).toEqual(['20261120_090000', '20261121_090000'])
    expect(Object.keys(second.benchmarks.ape!.metrics.duration_median!.runs)).toHaveLength(2)
  })

  test('changes nothing when the same run is accepted twice', () => {
    const run = twoBenchmarks('20261120_090000')
    const once = toBaseline(run, { acceptedAt })
    expect(toBaseline(run, { acceptedAt, previous: once })).toEqual(once)
  })

  test('accepts some benchmarks and leaves the others', () => {
    const first = toBaseline(twoBenchmarks('20261120_090000'), { acceptedAt })
    const second = toBaseline(twoBenchmarks('20261121_090000'), { acceptedAt, previous: first, keys: ['ape'] })
    expect(second.benchmarks.zebra).toEqual(first.benchmarks.zebra)
    expect(Object.keys(second.benchmarks.ape!.metrics.duration_median!.runs)).toHaveLength(2)
  })

  test('says which keys there are when one is unknown', () => {
    expect(() => toBaseline(twoBenchmarks('20261120_090000'), { acceptedAt, keys: ['cat'] })).toThrow(
      'Cannot accept "cat": run 20261120_090000 has no such benchmark. It has: zebra, ape',
    )
  })

  test('refuses a benchmark without a finished session', () => {
    const run = runOf(durations(steady, { status: 'failed' }))
    expect(() => toBaseline(run, { acceptedAt, keys: ['case'] })).toThrow('none of its sessions')
    expect(toBaseline(run, { acceptedAt }).benchmarks).toEqual({})
  })

  test('starts a new level where a change was accepted, so that it is not held against the next run', () => {
    const policy = {
      threshold: 5,
      failOn: 'critical',
      strict: false,
      severity: { medium: 10, high: 25, critical: 50 },
    } as const
    const first = toBaseline(twoBenchmarks('20261120_090000'), { acceptedAt })
    const slower = twoBenchmarks('20261121_090000', 2)
    const verdicts = new Map(judge(slower, first, policy).benchmarks.map(({ key, verdict }) => [key, verdict]))
    const second = toBaseline(slower, { acceptedAt, previous: first, verdicts })
    expect(second.benchmarks.ape!.since).toBe('20261121_090000')
    expect(
      judge(twoBenchmarks('20261122_090000', 2), second, policy).benchmarks[0]!.metrics.duration_median!.ratio,
    ).toBeCloseTo(1, 4)
  })

  test(`keeps the newest ${runsKept} runs`, () => {
    let baseline: Baseline | null = null
    for (let index = 0; index < runsKept + 5; index++) {
      baseline = toBaseline(twoBenchmarks(`20261120_09${String(index).padStart(4, '0')}`), {
        acceptedAt,
        previous: baseline,
      })
    }
    expect(baseline!.runs).toHaveLength(runsKept)
    expect(baseline!.runs[0]!.id).toBe('20261120_090005')
    expect(Object.keys(baseline!.benchmarks.ape!.metrics.duration_median!.runs)).toHaveLength(runsKept)
    expect(baseline!.benchmarks.ape!.since).toBe('20261120_090005')
  })
})

describe('toBaseline() and odd cases', () => {
  test('keeps benchmarks and metrics with the names of what objects inherit', () => {
    const names = ['__proto__', 'constructor', 'toString']
    const metrics = Object.fromEntries(names.map((name) => [name, duration(1e6)]))
    const run = makeRun(names.map((key) => benchmarkOf(key, [{ metrics }])))
    const first = toBaseline(run, { acceptedAt })
    const second = toBaseline({ ...run, id: '20991231_235959' }, { acceptedAt, previous: first })
    for (const [baseline, runs] of [
      [first, 1],
      [second, 2],
    ] as const) {
      expect(Object.keys(baseline.benchmarks)).toEqual(names)
      for (const benchmark of Object.values(baseline.benchmarks)) {
        expect(Object.keys(benchmark.metrics)).toEqual(names)
        for (const metric of Object.values(benchmark.metrics)) expect(Object.keys(metric.runs)).toHaveLength(runs)
      }
    }
  })

  test('refuses a run that is older than everything it keeps', () => {
    const full = Array.from({ length: runsKept }, (_, index) => `2026${1000 + index}_090000`).reduce<Baseline | null>(
      (previous, id) => toBaseline(twoBenchmarks(id), { acceptedAt, previous }),
      null,
    )
    const accept = (id: string) => toBaseline(twoBenchmarks(id), { acceptedAt, previous: full })
    expect(() => accept('20250101_090000')).toThrow(
      'Cannot accept run 20250101_090000: it is older than everything the baseline keeps, the newest 40 runs from 20261000_090000 on',
    )
    expect(accept('20261000_090000').runs).toHaveLength(runsKept)
  })
})

describe('baselineFromSummaries()', () => {
  const policy = {
    threshold: 5,
    failOn: 'critical',
    strict: false,
    severity: { medium: 10, high: 25, critical: 50 },
  } as const
  const summary = {
    category: 'case',
    total_runs: 600,
    successful_runs: 600,
    failed_runs: 0,
    avg_duration_ms: 2.456,
    p50_duration_ms: 2.4,
    p95_duration_ms: 3,
    p99_duration_ms: 4,
    avg_memory_mb: 10,
    peak_memory_mb: 20,
    success_rate: 100,
  }
  const slower = runOf(durations(steady.map((value) => value * 0.5)))

  test('judges by the sessions', () => {
    const sessions = steady.map((value) => ({ log_median_ms: Math.log(value * 0.25), n: 100 }))
    const summaries = summariesSchema.parse({ case: { ...summary, sessions } })
    const report = judge(slower, baselineFromSummaries(summaries, '20261120_090000'), policy)
    expect(report).toMatchObject({ verdict: 'regressed', exitCode: 1 })
    expect(report.benchmarks[0]!.metrics.duration_median!.ratio).toBeCloseTo(2, 6)
    expect(report.warnings.map(({ code }) => code)).toContain('environment-unknown')
  })

  test('gives percentages and severities without sessions, and no verdict', () => {
    const report = judge(
      slower,
      baselineFromSummaries(summariesSchema.parse({ case: summary }), '20261120_090000'),
      policy,
    )
    expect(report).toMatchObject({ verdict: 'inconclusive', exitCode: 0 })
    expect(report.benchmarks[0]).toMatchObject({ verdict: 'inconclusive', severity: 'critical' })
    expect(report.benchmarks[0]!.metrics.duration_median!.ratio).toBeCloseTo(5 / 2.4, 3)
  })

  test('tells a file with one session from one with none', () => {
    const codesOf = (sessions: { log_median_ms: number; n: number }[]) => {
      const baseline = baselineFromSummaries(summariesSchema.parse({ case: { ...summary, sessions } }), 'a')
      expect(baselineSchema.parse(baseline)).toEqual(baseline)
      return judge(slower, baseline, policy).benchmarks[0]!.metrics.duration_median!.warnings.map(({ code }) => code)
    }
    expect(codesOf([{ log_median_ms: Math.log(2.4), n: 100 }])).toEqual(['too-few-sessions'])
    expect(codesOf([])).toEqual(['advisory'])
  })

  test('refuses what lacks the contract’s fields', () => {
    expect(summariesSchema.safeParse({ case: { category: 'case' } }).success).toBe(false)
  })
})
