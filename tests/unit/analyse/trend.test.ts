import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limitOfTarget } from '../../../plugin/analyse/limit-of-target.ts'
import { collectSeries, type Series } from '../../../plugin/analyse/series.ts'
import { analyseTrend } from '../../../plugin/analyse/trend.ts'
import { plainPalette } from '../../../reporters/palette.ts'
import { renderTrends } from '../../../reporters/trend.ts'
import { makeHistory } from '../../support/make-history.ts'
import { normal, seededRandom } from '../../support/random.ts'

const alike = { machineClass: 'linux-x64-2cpu-node24', profile: 'full' }

function seriesOf(values: readonly number[], direction: Series['direction'] = 'lower', unit = 'ns'): Series {
  return {
    key: 'x',
    metric: 'duration_median',
    title: 'Median Duration',
    unit,
    direction,
    points: values.map((value, index) => ({
      id: `run-${index}`,
      startedAt: new Date(Date.UTC(2026, 0, 1 + index)).toISOString(),
      commit: null,
      value,
    })),
  }
}

function noisy(length: number, level: (index: number) => number, noise = 0.01, seed = 3): number[] {
  const random = seededRandom(seed)
  return Array.from({ length }, (_, index) => level(index) * Math.exp(noise * normal(random)))
}

describe('analyseTrend()', () => {
  test('finds the run at which the level changed, by how much, and whether that is worse', () => {
    const values = noisy(60, (index) => (index < 40 ? 100 : 125))
    const slower = analyseTrend(seriesOf(values))
    expect(slower.changes).toMatchObject([
      { index: 40, worse: true, point: { id: 'run-40' }, previous: { id: 'run-39' } },
    ])
    expect(slower.changes[0]!.ratio).toBeCloseTo(1.25, 1)
    expect(analyseTrend(seriesOf(values, 'higher')).changes[0]?.worse).toBe(false)
    expect(slower.drift).toBeNull()
  })

  test('finds a run that stands alone, and does not take it for a change', () => {
    const values = noisy(40, () => 100)
    values[17] = 160
    const { anomalies, changes } = analyseTrend(seriesOf(values))
    expect(anomalies.map(({ index }) => index)).toEqual([17])
    expect(anomalies[0]!.expected).toBeCloseTo(100, -1)
    expect(changes).toEqual([])
  })

  test('tells a slow drift from steps', () => {
    const { drift, changes } = analyseTrend(seriesOf(noisy(80, (index) => 100 * 1.004 ** index)))
    expect(changes).toEqual([])
    expect(drift).toMatchObject({ worse: true, runs: 80 })
    expect(drift!.change).toBeCloseTo(100 * (1.004 ** 79 - 1), -1)
  })

  test('says nothing of most series in which nothing happened', () => {
    const quiet = Array.from({ length: 100 }, (_, seed) =>
      analyseTrend(seriesOf(noisy(100, () => 100, 0.02, seed + 1))),
    )
    const count = (loud: (trend: (typeof quiet)[number]) => boolean) => quiet.filter(loud).length
    expect(count(({ changes }) => changes.length > 0)).toBeLessThanOrEqual(3)
    expect(count(({ drift }) => drift !== null)).toBeLessThanOrEqual(1)
    expect(count(({ anomalies }) => anomalies.length > 0)).toBeLessThanOrEqual(10)
  })

  test('forecasts a drift by a line that did better on the past than the last value', () => {
    const { forecast } = analyseTrend(seriesOf(noisy(100, (index) => 100 * 1.01 ** index)))
    expect(forecast).toMatchObject({ method: 'line', horizon: 10 })
    const { backTest, interval } = forecast!
    expect(backTest.error).toBeLessThan(0.9 * backTest.naiveError)
    const truth = 100 * 1.01 ** 109
    expect(interval[0]).toBeLessThan(truth)
    expect(interval[1]).toBeGreaterThan(truth)
  })

  test('forecasts nothing where nothing beats the last value, and says why', () => {
    const random = seededRandom(11)
    let level = 0
    const walk = Array.from({ length: 200 }, () => {
      level += 0.05 * normal(random)
      return 100 * Math.exp(level)
    })
    const trend = analyseTrend(seriesOf(walk))
    expect(trend.forecast).toBeNull()
    expect(trend.noForecast).toMatch(/no method beats|needs \d+ runs/)
    expect(analyseTrend(seriesOf([1, 2, 3])).noForecast).toBe('it needs 45 runs, there are 3')
  })

  test('says when a drifting figure will miss its target, and since when one does', () => {
    const values = noisy(100, (index) => 100 * 1.01 ** index, 0.002)
    const limit = 100 * 1.01 ** 120
    const { targetBreak } = analyseTrend(seriesOf(values), { value: limit, worse: 'above' })
    expect(targetBreak).toMatchObject({ kind: 'expected', limit })
    if (targetBreak?.kind !== 'expected') return
    expect(targetBreak.inRuns).toBeGreaterThanOrEqual(19)
    expect(targetBreak.inRuns).toBeLessThanOrEqual(24)
    expect(targetBreak.earliestInRuns).toBeLessThanOrEqual(targetBreak.inRuns)
    // One run a day from 1 January: run 99 is 10 April.
    expect(targetBreak.date.slice(0, 7)).toMatch(/2026-0[45]/)
    expect(analyseTrend(seriesOf(values), { value: 150, worse: 'above' }).targetBreak).toMatchObject({
      kind: 'broken',
      since: { id: expect.stringMatching(/^run-4[01]$/) },
    })
  })

  test('does not mind the unit: a scaled series has the scaled trend', () => {
    const values = noisy(60, (index) => (index < 30 ? 100 : 130))
    fc.assert(
      fc.property(fc.constantFrom(1e-3, 1e3, 1e6), (factor) => {
        const scaled = analyseTrend(seriesOf(values.map((value) => value * factor)))
        const plain = analyseTrend(seriesOf(values))
        expect(scaled.changes.map(({ index }) => index)).toEqual(plain.changes.map(({ index }) => index))
        expect(scaled.level / factor).toBeCloseTo(plain.level, 6)
      }),
      { seed: 8 },
    )
  })

  test.each([[[]], [[5]], [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]], [Array(60).fill(7)]])(
    'survives the series %j',
    (values) => {
      expect(analyseTrend(seriesOf(values as number[]), { value: 10, worse: 'above' })).toMatchObject({
        changes: [],
        anomalies: [],
        drift: null,
      })
    },
  )
})

test('collectSeries() leaves out runs of other machines and profiles', () => {
  const entries = makeHistory({ runs: 4, benchmarks: 1 })
  Object.assign(entries[1]!, { machineClass: 'darwin-arm64-8cpu-node24' })
  Object.assign(entries[2]!, { profile: 'quick' })
  expect(collectSeries(entries, 'duration_median', alike)[0]?.points).toHaveLength(2)
})

test('limitOfTarget() reads statistics in their unit and metrics by name', () => {
  const targets = [
    { benchmark: 'cache_*', figure: 'p95Ms', below: 10 },
    { benchmark: '*', figure: 'hit_rate', above: 80 },
  ]
  expect(limitOfTarget(targets, 'cache_warm', 'duration_p95')).toEqual({ value: 10e6, worse: 'above' })
  expect(limitOfTarget(targets, 'cache_warm', 'hit_rate')).toEqual({ value: 80, worse: 'below' })
  expect(limitOfTarget(targets, 'other', 'duration_p95')).toBeNull()
})

test('renderTrends() says what happened, the answer last', async () => {
  const entries = makeHistory({
    runs: 100,
    benchmarks: 4,
    level: (index, run) => [1e6, run < 70 ? 2e5 : 3e5, 4e4 * 1.008 ** run, run === 50 ? 9e3 : 5e3][index]!,
  })
  const trends = collectSeries(entries, 'duration_median', alike).map((series, index) =>
    analyseTrend(series, index === 2 ? { value: 1e5, worse: 'above' } : null),
  )
  const text = renderTrends(
    {
      metricTitle: 'Median Duration',
      machineClass: alike.machineClass,
      runs: 100,
      trends,
      skipped: [{ name: 'notes.txt', reason: 'not whole JSON' }],
    },
    plainPalette,
  )
  await expect(`${text}\n`).toMatchFileSnapshot('../../golden/analysis/trend.txt')
})
