import { describe, expect, test } from 'vitest'
import { type Baseline, toBaseline } from '../../../plugin/judge/baseline.ts'
import { explain } from '../../../plugin/judge/explain.ts'
import { judge } from '../../../plugin/judge/judge.ts'
import { defaultThreshold, type JudgePolicy } from '../../../plugin/judge/policy.ts'
import type { MetricComparison, Report } from '../../../plugin/judge/report.ts'
import { markScreening, needsConfirmation } from '../../../plugin/judge/screen.ts'
import { resolveOptions } from '../../../plugin/options.ts'
import type { Calibration, LoadResult } from '../../../plugin/run/measurement.ts'
import type { Run } from '../../../plugin/run/run.ts'
import { makeRun } from '../../support/make-run.ts'
import {
  benchmarkOf,
  count,
  duration,
  durations,
  quantity,
  rate,
  runOf,
  type SessionSketch,
} from '../../support/sketch-run.ts'

const policy: JudgePolicy = {
  threshold: 5,
  failOn: 'critical',
  strict: false,
  severity: { medium: 10, high: 25, critical: 50 },
  baselinePath: 'baseline/x.json',
  complete: true,
}
const steady = [10, 10.01, 9.99, 10.02, 9.98, 10]
const times = (factor: number, values = steady) => values.map((value) => value * factor)
const accept = (run: Run, previous: Baseline | null = null) =>
  toBaseline(run, { acceptedAt: '2026-11-24T10:00:00.000Z', previous })
const baselineOf = (sessions: readonly SessionSketch[], changes: Partial<Run> = {}) =>
  accept(runOf(sessions, { id: '20261120_090000', ...changes }))
const metricOf = (report: Report, name = 'duration_median'): MetricComparison => report.benchmarks[0]!.metrics[name]!
const codes = ({ warnings }: { warnings: { code: string }[] }) => warnings.map(({ code }) => code)
const calibration = (factor: number): Calibration => ({
  integer: 100 * factor,
  float: 200 * factor,
  string: 300 * factor,
  allocation: 400 * factor,
  map: 500 * factor,
})

describe('judge() and the baseline', () => {
  test('says no-baseline and exits 0 where there is none, and where one was looked for', () => {
    const report = judge(runOf(durations(steady)), null, { ...policy, strict: true })
    expect(report).toMatchObject({
      verdict: 'no-baseline',
      exitCode: 0,
      baseline: { kind: 'none', expectedPath: 'baseline/x.json' },
    })
    expect(report.benchmarks[0]).toMatchObject({ status: 'new', verdict: 'no-baseline' })
    expect(metricOf(report)).toMatchObject({ new: 10e6, old: null, verdict: 'no-baseline' })
  })

  test('calls a benchmark new that the baseline lacks, and one removed that a complete run lacks', () => {
    const baseline = accept(
      makeRun([benchmarkOf('kept', durations(steady)), benchmarkOf('gone', durations(steady))], {
        id: '20261120_090000',
      }),
    )
    const run = makeRun([benchmarkOf('kept', durations(steady)), benchmarkOf('fresh', durations(steady))])
    const statuses = (complete: boolean) =>
      Object.fromEntries(
        judge(run, baseline, { ...policy, complete }).benchmarks.map(({ key, status }) => [key, status]),
      )
    expect(statuses(true)).toEqual({ kept: 'compared', fresh: 'new', gone: 'removed' })
    expect(statuses(false)).toEqual({ kept: 'compared', fresh: 'new' })
  })

  test('says so when nothing matched, which is no pass', () => {
    const baseline = accept(makeRun([benchmarkOf('gone', durations(steady))], { id: '20261120_090000' }))
    const report = judge(makeRun([benchmarkOf('fresh', durations(steady))]), baseline, policy)
    expect(report.verdict).toBe('no-baseline')
    expect(codes(report)).toContain('nothing-matched')
  })

  test.each([
    ['failed', /6 failed, 0 did not finish.*mend what fails, run it again/],
    ['incomplete', /0 failed, 6 did not finish.*raise the test's timeout, run it again/],
  ] as const)('leaves the verdict open of a stored benchmark whose sessions all ended as %s', (status, text) => {
    const report = judge(runOf(durations(steady, { status })), baselineOf(durations(steady)), {
      ...policy,
      strict: true,
    })
    expect(report.verdict).toBe('inconclusive')
    expect(report.exitCode).toBe(status === 'failed' ? 1 : 2)
    expect(report.benchmarks[0]).toMatchObject({ status: 'compared', verdict: 'inconclusive', severity: null })
    expect(report.benchmarks[0]!.warnings).toContainEqual({
      code: 'no-complete-session',
      text: expect.stringMatching(text),
    })
    expect(codes(report)).not.toContain('nothing-matched')
  })

  test.each(['constructor', 'toString', '__proto__'])(
    'compares a benchmark called %s as any other, and calls it new where it is',
    (key) => {
      const of = (name: string, factor = 1) => makeRun([benchmarkOf(name, durations(times(factor)))])
      const baseline = accept({ ...of(key), id: '20261120_090000' })
      expect(judge(of(key, 1.3), baseline, policy).benchmarks).toMatchObject([{ key, verdict: 'regressed' }])
      expect(explain(of(key, 1.3), baseline, policy, key)).toContain(`${key}: regressed`)
      const other = accept({ ...of('other'), id: '20261120_090000' })
      expect(judge(of(key), other, { ...policy, complete: false }).benchmarks).toMatchObject([{ key, status: 'new' }])
      expect(explain(of(key), other, policy, key)).toContain('Nothing is stored of it')
    },
  )

  test('does not take what objects inherit for a metric', () => {
    const named = steady.map((value, index) => ({
      metrics: index < 2 ? {} : { constructor: quantity({ title: 'Size', value }) },
    }))
    const report = judge(runOf(named), baselineOf(durations(steady)), policy)
    expect(metricOf(report, 'constructor')).toMatchObject({ title: 'Size', verdict: 'no-baseline', n: [0, 4] })
    expect(metricOf(judge(runOf(named), baselineOf(named), policy), 'constructor').n).toEqual([4, 4])
  })

  test('gives a baseline of one session its say: too few, and what to do', () => {
    const more = (values: number[]) =>
      values.map((value) => ({
        metrics: { ...durations([value])[0]!.metrics, requests: count(7) },
      }))
    const report = judge(runOf(more(times(2))), baselineOf(more([10])), policy)
    expect(report.verdict).toBe('inconclusive')
    expect(metricOf(report).warnings).toEqual([
      {
        code: 'too-few-sessions',
        text: expect.stringMatching(/1 session against 6 is too few .*use 4, or 6 and more.*accept a new baseline/),
      },
    ])
  })

  test('leaves the verdict open against a baseline of another platform', () => {
    const { environment } = runOf([])
    const baseline = baselineOf(durations(steady), {
      environment: { ...environment, platform: 'darwin', arch: 'arm64' },
    })
    const report = judge(runOf(durations(steady)), baseline, { ...policy, strict: true })
    expect(report).toMatchObject({ verdict: 'inconclusive', exitCode: 2, baseline: { kind: 'incompatible' } })
    expect(report.warnings[0]!.text).toContain('darwin-arm64')
  })

  test('expects more of a virtual machine that was started anew than of the same one', () => {
    const { environment } = runOf([])
    const virtual = { ...environment, virtual: true, bootId: 'a' }
    const baseline = baselineOf(durations(steady), { environment: virtual })
    const width = (changes: Partial<Run['environment']>) => {
      const { interval } = metricOf(
        judge(runOf(durations(steady), { environment: { ...virtual, ...changes } }), baseline, policy),
      )
      return interval![1] - interval![0]
    }
    expect(width({ bootId: 'b' })).toBeGreaterThan(1.9 * width({}))
    expect(width({ virtual: false, bootId: 'b' })).toBe(width({}))
  })

  test('names what differs in the environment', () => {
    const { environment } = runOf([])
    const baseline = baselineOf(durations(steady), { environment: { ...environment, osRelease: '5.4.0' } })
    const report = judge(runOf(durations(steady)), baseline, policy)
    expect(report.warnings).toContainEqual({
      code: 'environment-differs',
      text: expect.stringContaining('osRelease is 6.1.0'),
    })
  })
})

describe('judge() of durations', () => {
  test.each([
    [1, 'inconclusive'],
    [1.3, 'regressed'],
    [0.7, 'improved'],
  ])('of sessions %d times as slow as one stored run is %s', (factor, verdict) => {
    expect(judge(runOf(durations(times(factor))), baselineOf(durations(steady)), policy).verdict).toBe(verdict)
  })

  test('expects of a small part of a whole what moves it when the whole varies between runs', () => {
    const sessions = (overheadMs: number, partOf?: string) =>
      steady.map((value) => ({
        metrics: {
          duration_mean: duration((90 + value + overheadMs) * 1e6),
          overhead: quantity({
            unit: 'ns',
            value: (overheadMs + value / 1000) * 1e6,
            ...(partOf !== undefined && { partOf }),
          }),
        },
      }))
    const verdict = (partOf?: string) =>
      metricOf(judge(runOf(sessions(6, partOf)), baselineOf(sessions(4, partOf)), policy), 'overhead').verdict
    // 50 % more of a twentieth is 2 % of the whole.
    expect(verdict()).toBe('regressed')
    expect(verdict('duration_mean')).toBe('inconclusive')
    const explained = explain(
      runOf(sessions(6, 'duration_mean')),
      baselineOf(sessions(4, 'duration_mean')),
      policy,
      'case',
    )
    expect(explained).toContain('times that of the whole it is a part of')
    const doubled = judge(runOf(sessions(40, 'duration_mean')), baselineOf(sessions(4, 'duration_mean')), policy)
    expect(metricOf(doubled, 'overhead').verdict).toBe('regressed')
  })

  test('certifies unchanged once several stored runs show how little they differ', () => {
    const ids = Array.from({ length: 12 }, (_, index) => `202611${10 + index}_090000`)
    const baseline = ids.reduce<Baseline | null>(
      (previous, id, index) => accept(runOf(durations(times(1 + 0.001 * (index % 3))), { id }), previous),
      null,
    )
    const report = judge(runOf(durations(times(1.001))), baseline, policy)
    expect(report.verdict).toBe('unchanged')
    expect(report.baseline).toMatchObject({ kind: 'compared', runs: 12 })
    expect(metricOf(report).n).toEqual([72, 6])
  })

  test('gives percentage, interval and severity as new over old', () => {
    const comparison = metricOf(judge(runOf(durations(times(2.086))), baselineOf(durations(steady)), policy))
    expect(comparison).toMatchObject({ verdict: 'regressed', severity: 'critical', n: [6, 6] })
    expect(comparison.ratio).toBeCloseTo(2.086, 3)
    expect(comparison.new! / comparison.old!).toBeCloseTo(comparison.ratio!, 12)
    expect(comparison.interval![0]).toBeLessThan(2.086)
    expect(comparison.interval![1]).toBeGreaterThan(2.086)
  })

  test('rates a fall of what should be high on the reciprocal', () => {
    const throughput = (value: number) => ({
      metrics: { throughput: quantity({ direction: 'higher', unit: '1/s', value }) },
    })
    const old = steady.map((value) => throughput(value * 10))
    const comparison = metricOf(
      judge(runOf(steady.map((value) => throughput(value * 5))), baselineOf(old), policy),
      'throughput',
    )
    expect(comparison).toMatchObject({ verdict: 'regressed', severity: 'critical', direction: 'higher' })
    expect(comparison.ratio).toBeCloseTo(0.5, 6)
    expect(comparison.interval![0]).toBeLessThan(comparison.interval![1])
  })

  test('says of an open verdict what it could have found and what to do', () => {
    const comparison = metricOf(
      judge(runOf(durations([10, 14, 9, 12, 11, 8])), baselineOf(durations([9, 12, 8, 13, 10, 11])), policy),
    )
    expect(comparison.verdict).toBe('inconclusive')
    expect(comparison.detectable).toBeGreaterThan(5)
    expect(comparison.warnings[0]).toMatchObject({
      code: 'inconclusive',
      text: expect.stringContaining('smallest slowdown'),
    })
  })

  test.each([1, 2, 3, 5])('leaves it open with %d sessions, and says how many it wants', (sessions) => {
    const report = judge(runOf(durations(times(2).slice(0, sessions))), baselineOf(durations(steady)), policy)
    expect(metricOf(report)).toMatchObject({ verdict: 'inconclusive', interval: null, detectable: null })
    expect(metricOf(report).ratio).toBeCloseTo(2, 2)
    expect(codes(metricOf(report))).toEqual(['too-few-sessions'])
  })

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('says that %d is nothing to take a ratio of', (value) => {
    const report = judge(runOf(durations([10, 10, 10, 10, 10, value])), baselineOf(durations(steady)), policy)
    expect(metricOf(report)).toMatchObject({ verdict: 'inconclusive', ratio: null })
    expect(codes(metricOf(report))).toEqual(['not-positive'])
    expect(() => JSON.stringify(report)).not.toThrow()
    expect(JSON.stringify(report)).not.toContain('null,null')
  })

  test('uses a benchmark’s own threshold', () => {
    const report = judge(runOf(durations(times(1.3), { threshold: 60 })), baselineOf(durations(steady)), policy)
    expect(report.verdict).toBe('unchanged')
  })

  test('takes the machine’s speed out, where it was measured', () => {
    const baseline = baselineOf(durations(steady, { calibrationNs: calibration(1) }))
    const slower = judge(runOf(durations(times(1.3), { calibrationNs: calibration(1.3) })), baseline, policy)
    expect(metricOf(slower).ratio).toBeCloseTo(1, 3)
    expect(codes(metricOf(slower))).toContain('machine-speed')
    const truly = judge(runOf(durations(times(1.3), { calibrationNs: calibration(1) })), baseline, policy)
    expect(truly.verdict).toBe('regressed')
  })

  test('takes it out only so far as the time was work and not waiting', () => {
    const cpu = { userMicros: 1, systemMicros: 0, microsPerOperation: 1, percentOfCore: 0 }
    const baseline = baselineOf(durations(steady, { calibrationNs: calibration(1) }))
    const run = runOf(durations(steady, { calibrationNs: calibration(1.3), probes: { cpu } }))
    expect(metricOf(judge(run, baseline, policy)).ratio).toBeCloseTo(1, 3)
  })

  test('on another CPU lets nothing but a slowdown beyond 10 % count', () => {
    const { environment } = runOf([])
    const many = Array.from({ length: 15 }, (_, index) => `202611${10 + index}_090000`)
    const baseline = many.reduce<Baseline | null>(
      (previous, id) =>
        accept(runOf(durations(steady), { id, environment: { ...environment, cpuModel: 'Other' } }), previous),
      null,
    )
    const outcome = (factor: number) => metricOf(judge(runOf(durations(times(factor))), baseline, policy))
    expect(outcome(1.5).verdict).toBe('regressed')
    expect(outcome(1.09)).toMatchObject({ verdict: 'inconclusive' })
    expect(codes(outcome(1))).toContain('not-comparable')
    expect(outcome(0.5).verdict).toBe('inconclusive')
  })

  test('does not take the quick profile for the full one', () => {
    const run = runOf(durations(times(2)))
    const quick = { ...run, options: { ...run.options, profile: 'quick' as const } }
    const report = judge(quick, baselineOf(durations(steady)), policy)
    expect(codes(metricOf(report))).toContain('not-comparable')
    expect(codes(report)).toContain('profile-differs')
    expect(report.verdict).toBe('inconclusive')
  })

  test('starts the level anew after a change in a long history, and says when it crept', () => {
    const history = (level: (index: number) => number) =>
      Array.from({ length: 24 }, (_, index) => index).reduce<Baseline | null>(
        (previous, index) =>
          accept(
            runOf(durations(times(level(index))), { id: `202610${String(index + 1).padStart(2, '0')}_090000` }),
            previous,
          ),
        null,
      )
    const stepped = history((index) => (index < 14 ? 1 : 1.5) + 0.002 * (index % 2))
    const again = metricOf(judge(runOf(durations(times(1.5))), stepped, policy))
    expect([again.verdict, codes(again), again.n[0]]).toEqual(['unchanged', [], 60])
    const crept = metricOf(
      judge(
        runOf(durations(times(1.12))),
        history((index) => 1 + 0.004 * index),
        policy,
      ),
    )
    expect(codes(crept)).toContain('slow-drift')
  })
})

describe('judge() of rates and counts', () => {
  const rates = (successes: number[], trials = 1000) =>
    successes.map((each) => ({ metrics: { success_rate: rate(each, trials) } }))

  test('finds a fall of the success rate beyond one point', () => {
    const comparison = metricOf(
      judge(runOf(rates([960, 962, 958, 961, 959, 960])), baselineOf(rates([999, 998, 1000, 999, 999, 998])), policy),
      'success_rate',
    )
    expect(comparison).toMatchObject({ verdict: 'regressed', severity: 'medium', unit: '%' })
    expect(comparison.difference!.estimate).toBeCloseTo(-3.883, 2)
  })

  test.each([1, 5, 20])(
    'has the same threshold and severities whatever the threshold of durations, here %d per cent',
    (threshold) => {
      const severities = [985, 970, 940, 880].map((successes) => {
        const next = rates([successes, successes - 1, successes + 1, successes, successes, successes])
        const old = rates([999, 999, 1000, 999, 999, 998])
        return metricOf(judge(runOf(next), baselineOf(old), { ...policy, threshold }), 'success_rate').severity
      })
      expect(severities).toEqual(['low', 'medium', 'high', 'critical'])
    },
  )

  test('takes the default of the options for the reference of severities', () => {
    expect(resolveOptions({}).threshold).toBe(defaultThreshold)
  })

  test('compares rates that are equal in every session exactly', () => {
    const comparison = metricOf(
      judge(runOf(rates([10, 10, 10, 10], 10)), baselineOf(rates([10, 10, 10, 10], 10)), policy),
      'success_rate',
    )
    expect(comparison).toMatchObject({ verdict: 'unchanged', ratio: 1, interval: [1, 1] })
  })

  test('does not take clustered trials for independent ones', () => {
    const old = rates([1000, 1000, 1000, 1000, 1000, 940])
    const next = rates([1000, 900, 1000, 1000, 860, 1000])
    expect(metricOf(judge(runOf(next), baselineOf(old), policy), 'success_rate').verdict).toBe('inconclusive')
  })

  test.each([
    [7, 'unchanged', null],
    [8, 'regressed', 'medium'],
    [6, 'improved', null],
  ])('compares counts exactly: 7 to %d is %s', (value, verdict, severity) => {
    const counts = (each: number) => [1, 2, 3, 4].map(() => ({ metrics: { requests: count(each) } }))
    expect(metricOf(judge(runOf(counts(value)), baselineOf(counts(7)), policy), 'requests')).toMatchObject({
      verdict,
      severity,
    })
  })

  test('calls a count that grew from nothing critical, and one that varies no count', () => {
    const counts = (...values: number[]) => values.map((each) => ({ metrics: { requests: count(each) } }))
    expect(
      metricOf(judge(runOf(counts(1, 1, 1, 1)), baselineOf(counts(0, 0, 0, 0)), policy), 'requests'),
    ).toMatchObject({
      verdict: 'regressed',
      severity: 'critical',
      ratio: null,
    })
    expect(
      codes(metricOf(judge(runOf(counts(1, 2, 1, 1)), baselineOf(counts(1, 1, 1, 1)), policy), 'requests')),
    ).toEqual(['count-varies'])
  })

  test('compares sizes that are the same in every session exactly', () => {
    const sizes = (value: number) =>
      [1, 2, 3, 4, 5, 6].map(() => ({ metrics: { memory: quantity({ unit: 'B', value }) } }))
    const comparison = metricOf(judge(runOf(sizes(1010)), baselineOf(sizes(1000)), policy), 'memory')
    expect(comparison).toMatchObject({ verdict: 'unchanged' })
    expect(comparison.interval![0]).toBeCloseTo(1.01, 10)
  })
})

describe('judge() and the exit code', () => {
  const baseline = baselineOf(durations(steady))
  const exit = (factor: number, changes: Partial<JudgePolicy>) =>
    judge(runOf(durations(times(factor))), baseline, { ...policy, ...changes }).exitCode

  test('is 1 for a regression at or above failOn only', () => {
    expect([exit(1.3, { failOn: 'critical' }), exit(1.3, { failOn: 'high' }), exit(2, { failOn: 'critical' })]).toEqual(
      [0, 1, 1],
    )
  })

  test('is 2 for an open verdict under strict only', () => {
    expect([exit(1, {}), exit(1, { strict: true })]).toEqual([0, 2])
  })

  test('is 1 for a failure, whatever the verdict', () => {
    const failures = [{ key: 'case', session: 2, error: 'boom' }]
    expect(judge(runOf(durations(steady), { failures }), null, policy)).toMatchObject({ exitCode: 1, failures })
    const sessions = durations(steady).map((session, index) =>
      index === 0 ? { ...session, status: 'failed' as const, error: 'boom' } : session,
    )
    expect(judge(runOf(sessions), baseline, policy)).toMatchObject({
      exitCode: 1,
      failures: [{ key: 'case', session: 1, error: 'boom' }],
    })
  })

  test('counts the failures of sessions that are not judged among the successes, those that only screened not', () => {
    const [good] = durations([10], { succeeded: 100, failed: 0 })
    const thrown = durations(steady.slice(1), { status: 'failed', succeeded: 3, failed: 0 })
    const screened = durations(steady, { screening: true, succeeded: 50, failed: 50 })
    const { statistics } = judge(runOf([...screened, good!, ...thrown]), null, policy).benchmarks[0]!
    expect(statistics).toMatchObject({ sessions: 1, succeeded: 115, failed: 5 })
    expect(statistics!.successRate).toBeCloseTo((100 * 115) / 120, 10)
  })

  test('counts the failures that a failed session counted itself', () => {
    const [good, bad] = durations([10, 11], { succeeded: 10, failed: 0 })
    const run = runOf([good!, { ...bad!, status: 'failed', succeeded: 2, failed: 8 }])
    expect(judge(run, null, policy).benchmarks[0]!.statistics).toMatchObject({
      succeeded: 12,
      failed: 8,
      successRate: 60,
    })
  })

  test('counts only metrics that gate', () => {
    const informing = steady.map((value) => ({
      metrics: { side: quantity({ gate: false, value: value * 9 }), main: quantity({ value: 1 }) },
    }))
    const stored = steady.map((value) => ({
      metrics: { side: quantity({ gate: false, value }), main: quantity({ value: 1 }) },
    }))
    const report = judge(runOf(informing), baselineOf(stored), policy)
    expect(report.verdict).toBe('unchanged')
    expect(metricOf(report, 'side').verdict).toBe('regressed')
  })
})

describe('guard rails', () => {
  const baseline = baselineOf(durations(steady))
  const verdictWith = (more: Partial<SessionSketch>) => {
    const comparison = metricOf(
      judge(runOf(durations(times(2)).map((session) => ({ ...session, ...more }))), baseline, policy),
    )
    return { verdict: comparison.verdict, codes: codes(comparison), detectable: comparison.detectable }
  }

  test('a trend within the sessions leaves the verdict open', () => {
    const rising = (by: number) => Array.from({ length: 60 }, (_, index) => 1e7 * (1 + by * index))
    expect(verdictWith({ samplesNs: rising(0.05) })).toMatchObject({
      verdict: 'inconclusive',
      codes: ['trend', 'inconclusive'],
    })
    // Twice the time is more than samples can explain of which the slowest tenth takes 1.5 times that of the fastest.
    expect(verdictWith({ samplesNs: rising(0.01) })).toMatchObject({ verdict: 'regressed', codes: ['trend'] })
  })

  test('doubts about the samples leave figures of another origin alone', () => {
    const samplesNs = Array.from({ length: 60 }, (_, index) => 1e7 * (1 + 0.01 * index))
    const stalls = (factor: number) =>
      times(factor).map((value) => ({ samplesNs, metrics: { stall: quantity({ unit: 'ns', value: value * 1e6 }) } }))
    const comparison = metricOf(judge(runOf(stalls(2)), baselineOf(stalls(1)), policy), 'stall')
    expect(comparison).toMatchObject({ verdict: 'regressed', warnings: [] })
  })

  test('what rises as a load fills up, or from step to step, is no trend', () => {
    const underLoad = (model: LoadResult['model'], inFlightMax: number): LoadResult => ({
      model,
      requests: 60,
      succeeded: 60,
      failed: 0,
      dropped: 0,
      durationMs: 1000,
      throughputPerSecond: 60,
      inFlightMax,
      timeline: [],
    })
    const filling = Array.from({ length: 60 }, (_, index) => 1e7 * Math.min(20, index + 1) + index)
    const rising = Array.from({ length: 60 }, (_, index) => 1e7 * (index + 1))
    expect(verdictWith({ samplesNs: filling, load: underLoad('closed', 20) }).codes).not.toContain('trend')
    expect(verdictWith({ samplesNs: filling, load: underLoad('open', 20) }).codes).toContain('trend')
    expect(verdictWith({ samplesNs: rising, load: underLoad('closed', 20) }).codes).toContain('trend')
    expect(verdictWith({ samplesNs: rising, load: underLoad('steps', 20) }).codes).not.toContain('trend')
  })

  test('a median between two modes leaves it open, a mode aside does not', () => {
    const modes = (share: number) =>
      Array.from(
        { length: 400 },
        (_, index) => 1e7 * (((index * 37) % 100) / 100 < share ? 1 : 2) * (1 + (index % 11) / 1000),
      )
    expect(verdictWith({ samplesNs: modes(0.5) }).codes).toContain('several-modes')
    expect(verdictWith({ samplesNs: modes(0.8) }).verdict).toBe('regressed')
  })

  test('a clock too coarse for the rounds leaves it open', () => {
    expect(verdictWith({ samplesNs: [1e6, 1e6, 1e6], clockStepNs: 1e6 }).codes).toContain('timer-saturation')
  })

  test('a benchmark that waits for others is left open where other programs kept the machine busy', () => {
    const busy = [{ code: 'machine-busy', text: 'others kept 1.0 of 2 processors busy' }]
    const cpu = (percentOfCore: number) => ({
      cpu: { userMicros: 1, systemMicros: 1, microsPerOperation: 1, percentOfCore },
    })
    const judged = (percentOfCore: number, warnings: typeof busy) =>
      metricOf(
        judge(
          runOf(durations(times(2)).map((session) => ({ ...session, warnings, probes: cpu(percentOfCore) }))),
          baseline,
          policy,
        ),
      )
    expect(judged(30, busy).verdict).toBe('inconclusive')
    expect(codes(judged(30, busy))).toContain('busy-while-waiting')
    expect(judged(100, busy).verdict).toBe('regressed')
    expect(judged(30, []).verdict).toBe('regressed')
  })

  test('without a CPU probe, what the process used meanwhile tells that it waited', () => {
    const busy = [{ code: 'machine-busy', text: 'others kept 1.0 of 2 processors busy' }]
    const judged = (processorsUsed: number) => {
      const run = runOf(durations(times(2)).map((session) => ({ ...session, warnings: busy, processorsUsed })))
      return metricOf(judge(run, baseline, policy)).verdict
    }
    expect(judged(0.1)).toBe('inconclusive')
    expect(judged(1)).toBe('regressed')
  })

  test('what is slower than other programs could have made it is found on a busy machine too, but not under an open load', () => {
    const busy = [{ code: 'machine-busy', text: 'others kept 1.0 of 2 processors busy' }]
    const cpu = { userMicros: 1, systemMicros: 1, microsPerOperation: 1, percentOfCore: 30 }
    const judged = (factor: number, model: 'closed' | 'open') => {
      const load = { model, requests: 9, succeeded: 9, failed: 0, dropped: 0, durationMs: 9, throughputPerSecond: 1 }
      const sessions = durations(times(factor)).map((session) => ({
        ...session,
        warnings: busy,
        probes: { cpu },
        load: { ...load, inFlightMax: 1, timeline: [] },
      }))
      return metricOf(judge(runOf(sessions), baseline, policy))
    }
    expect(judged(2, 'closed').verdict).toBe('inconclusive')
    expect(judged(8, 'closed').verdict).toBe('regressed')
    expect(codes(judged(8, 'closed'))).toContain('busy-while-waiting')
    expect(judged(8, 'open').verdict).toBe('inconclusive')
    expect(judged(1 / 8, 'closed').verdict).toBe('inconclusive')
  })

  test('a machine that slows down meanwhile leaves it open', () => {
    const sessions = durations(times(2)).map((session, index) => ({
      ...session,
      calibrationNs: calibration(index < 3 ? 1 : 1.3),
    }))
    expect(codes(metricOf(judge(runOf(sessions), baseline, policy)))).toContain('load-rising')
  })

  test('an open verdict always says what could have been found', () => {
    expect(verdictWith({ samplesNs: [1e6, 1e6, 1e6], clockStepNs: 1e6 }).detectable).toBeGreaterThan(5)
  })
})

describe('screening', () => {
  const baseline = baselineOf(durations(steady))
  const slight = runOf(durations(times(1.08)))

  test('flags at α .05 what α .005 leaves open', () => {
    expect(judge(slight, baseline, policy).verdict).toBe('inconclusive')
    expect(needsConfirmation(slight, baseline, policy)).toEqual(['case'])
    expect(needsConfirmation(runOf(durations(times(0.9))), baseline, policy)).toEqual(['case'])
    expect(needsConfirmation(runOf(durations(steady)), baseline, policy)).toEqual([])
    expect(needsConfirmation(slight, null, policy)).toEqual([])
  })

  test('keeps the screening sessions, judges the confirming batch alone, and asks for no other', () => {
    const screened = markScreening(runOf(durations(times(2))), ['case'])
    const confirming = runOf(durations(steady)).benchmarks[0]!.sessions
    const [benchmark] = screened.benchmarks
    const run = { ...screened, benchmarks: [{ ...benchmark!, sessions: [...benchmark!.sessions, ...confirming] }] }
    const comparison = metricOf(judge(run, baseline, policy))
    expect(comparison.ratio).toBeCloseTo(1, 3)
    expect(comparison.n).toEqual([6, 6])
    expect(needsConfirmation(run, baseline, policy)).toEqual([])
  })

  test('does not take one mood of the machine for a regression: the spread of the screening sessions counts', () => {
    const slowAlike = runOf(durations(times(1.4))).benchmarks[0]!.sessions
    const confirmed = (factors: readonly number[]) => {
      const screened = markScreening(runOf(durations(steady.map((value, index) => value * factors[index]!))), ['case'])
      const [benchmark] = screened.benchmarks
      return { ...screened, benchmarks: [{ ...benchmark!, sessions: [...benchmark!.sessions, ...slowAlike] }] }
    }
    const always = confirmed([1.4, 1.4, 1.41, 1.4, 1.39, 1.4])
    const sometimes = confirmed([1, 1.02, 1.4, 1.01, 1, 1.5])
    expect(judge(always, baseline, policy).verdict).toBe('regressed')
    expect(judge(sometimes, baseline, policy).verdict).toBe('inconclusive')
    expect(metricOf(judge(sometimes, baseline, policy)).ratio).toBeCloseTo(1.4, 2)
    expect(explain(sometimes, baseline, policy, 'case')).toMatch(
      /new: s = [\d.]+ over all sessions of the run \([\d.]+ of these alone\)/,
    )
  })

  test('never flags less than what is regressed', () => {
    for (const factor of [1.2, 1.5, 2]) {
      const run = runOf(durations(times(factor)))
      expect(judge(run, baseline, policy).verdict).toBe('regressed')
      expect(needsConfirmation(run, baseline, policy)).toEqual(['case'])
    }
  })
})

test('judge() gives the same Report, to the last digit, for the same run', () => {
  const run = runOf(durations([10, 14, 9, 12, 11, 8]))
  const baseline = baselineOf(durations(steady))
  expect(JSON.stringify(judge(run, baseline, policy))).toBe(
    JSON.stringify(judge(structuredClone(run), structuredClone(baseline), policy)),
  )
})
