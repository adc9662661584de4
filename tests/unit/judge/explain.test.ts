import { describe, expect, test } from 'vitest'
import { type Baseline, toBaseline } from '../../../plugin/judge/baseline.ts'
import { explain } from '../../../plugin/judge/explain.ts'
import { markScreening } from '../../../plugin/judge/screen.ts'
import { count, durations, quantity, rate, runOf, type SessionSketch } from '../../support/sketch-run.ts'

const policy = {
  threshold: 5,
  failOn: 'critical',
  strict: false,
  severity: { medium: 10, high: 25, critical: 50 },
} as const
const steady = [10, 10.1, 9.9, 10.2, 9.8, 10]
const times = (factor: number) => steady.map((value) => Number((value * factor).toFixed(6)))
const calibration = (factor: number) => ({
  integer: 100 * factor,
  float: 200 * factor,
  string: 300 * factor,
  allocation: 400 * factor,
  map: 500 * factor,
})
const acceptedAt = '2026-11-24T10:00:00.000Z'
const stored = (sessions: readonly SessionSketch[]) =>
  toBaseline(runOf(sessions, { id: '20261120_090000' }), { acceptedAt })
const history = [1, 1.004, 0.996, 1.002, 0.998, 1].reduce<Baseline | null>(
  (previous, factor, index) =>
    toBaseline(runOf(durations(times(factor)), { id: `2026112${index}_090000` }), { acceptedAt, previous }),
  null,
)
const metrics = (successes: number, requests: number, throughput: number) =>
  steady.map((value, index) => ({
    metrics: {
      success_rate: rate(successes - (index % 2), 1000),
      requests: count(requests),
      throughput: quantity({
        title: 'Throughput',
        direction: 'higher',
        unit: '1/s',
        gate: false,
        value: throughput * value,
      }),
    },
  }))

describe('explain()', () => {
  test.each([
    { name: 'regressed', run: runOf(durations(times(2.086))), baseline: stored(durations(steady)) },
    { name: 'unchanged-against-six-runs', run: runOf(durations(times(1.002))), baseline: history },
    { name: 'improved', run: runOf(durations(times(0.6))), baseline: stored(durations(steady)) },
    { name: 'inconclusive', run: runOf(durations([10, 14, 9, 12, 11, 8])), baseline: stored(durations(steady)) },
    { name: 'too-few-sessions', run: runOf(durations([10, 20])), baseline: stored(durations(steady)) },
    { name: 'rate-and-count', run: runOf(metrics(960, 8, 5)), baseline: stored(metrics(999, 7, 10)) },
    {
      name: 'calibrated-after-screening',
      run: (() => {
        const screened = markScreening(runOf(durations(times(1.5), { calibrationNs: calibration(1.2) })), ['case'])
        const [benchmark] = screened.benchmarks
        const confirming = runOf(durations(times(1.2), { calibrationNs: calibration(1.2) })).benchmarks[0]!.sessions
        return { ...screened, benchmarks: [{ ...benchmark!, sessions: [...benchmark!.sessions, ...confirming] }] }
      })(),
      baseline: stored(durations(steady, { calibrationNs: calibration(1) })),
    },
    { name: 'no-baseline', run: runOf(durations(steady)), baseline: null },
  ])('explains $name', async ({ name, run, baseline }) => {
    await expect(explain(run, baseline, policy, 'case')).toMatchFileSnapshot(`../../golden/explain/${name}.txt`)
  })

  test('lists the benchmarks there are when asked for another', () => {
    expect(() => explain(runOf(durations(steady)), null, policy, 'other')).toThrow(
      /no such benchmark. It has:\n {2}case/,
    )
  })
})
