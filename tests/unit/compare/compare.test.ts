import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { answerJsonSchema, answerSchema, type CompareAnswer } from '../../../plugin/compare/answer.ts'
import { answerExitCode, compareResults } from '../../../plugin/compare/compare.ts'
import { compareRuns } from '../../../plugin/compare/compare-runs.ts'
import type { Imported, ImportedMetric } from '../../../plugin/compare/imported.ts'
import { toBaseline } from '../../../plugin/judge/baseline.ts'
import { renderCompareCsv } from '../../../reporters/compare/compare-csv.ts'
import { renderCompareMarkdown } from '../../../reporters/compare/compare-markdown.ts'
import { renderCompareText } from '../../../reporters/compare/compare-text.ts'
import { durations, runOf } from '../../support/sketch-run.ts'

const options = { threshold: 5, severity: { medium: 10, high: 25, critical: 50 }, paired: false }
const steady = [100, 101, 99, 102, 98, 100]
const times = (factor: number) => steady.map((value) => value * factor)
const figure = (values: number[], changes: object = {}): ImportedMetric =>
  ({ kind: 'quantity', unit: 'ns', direction: 'lower', gate: true, values, ...changes }) as ImportedMetric
const side = (
  benchmarks: Record<string, Record<string, ImportedMetric>>,
  warnings: Imported['warnings'] = [],
): Imported => ({
  format: 'go',
  warnings,
  benchmarks: Object.entries(benchmarks).map(([name, metrics]) => ({ name, metrics })),
})
const one = (values: number[], changes: object = {}) => side({ a: { time: figure(values, changes) } })
const timeOf = (answer: CompareAnswer) => answer.benchmarks[0]!.metrics.time!

const mixed = compareResults(
  side({
    slower: { 'ns/op': figure(times(1)), 'allocs/op': figure([7, 7, 7, 7, 7, 7], { unit: 'allocs/op' }) },
    same: { 'ns/op': figure(times(1)) },
    'odd | name': { 'ns/op': figure([100, 150, 80, 120, 90, 130]) },
    gone: { 'ns/op': figure(times(1)) },
    faster: { 'MB/s': figure(times(1), { unit: 'MB/s', direction: 'higher' }) },
    size: { 'B/op': figure(times(10), { unit: 'B' }) },
  }),
  side({
    slower: { 'ns/op': figure(times(1.6)), 'allocs/op': figure([9, 9, 9, 9, 9, 9], { unit: 'allocs/op' }) },
    same: { 'ns/op': figure(times(1.001)) },
    'odd | name': { 'ns/op': figure([110, 90, 140, 100, 70, 120]) },
    '=cmd()': { 'ns/op': figure(times(1)) },
    faster: { 'MB/s': figure(times(2), { unit: 'MB/s', direction: 'higher' }) },
    size: { 'B/op': figure(times(10), { unit: 'B' }) },
  }),
  options,
)

describe('compareResults()', () => {
  test.each([
    [1.2, 'regressed', 'medium'],
    [1.001, 'unchanged', null],
    [0.7, 'improved', null],
  ])('of sessions %d times as slow is %s', (factor, verdict, severity) => {
    const answer = compareResults(one(times(1)), one(times(factor)), options)
    expect(answer.verdict).toBe(verdict)
    expect(timeOf(answer)).toMatchObject({ verdict, severity, n: [6, 6] })
    expect(timeOf(answer).ratio).toBeCloseTo(factor, 9)
  })

  test('turns round what should be high', () => {
    const higher = { direction: 'higher', unit: 'MB/s' }
    const metric = timeOf(compareResults(one(times(1), higher), one(times(0.5), higher), options))
    expect(metric).toMatchObject({ verdict: 'regressed', severity: 'critical' })
    expect(metric.ratio).toBeCloseTo(0.5, 9)
    expect(metric.interval![0]).toBeLessThan(metric.interval![1])
  })

  test('finds with --paired what noise common to both sides hides', () => {
    const noise = [1, 1.4, 0.8, 1.2, 0.9, 1.1]
    const old = noise.map((each) => 100 * each)
    const next = noise.map((each, index) => 107 * each * (1 + 0.001 * index))
    expect(compareResults(one(old), one(next), options).verdict).toBe('inconclusive')
    expect(compareResults(one(old), one(next), { ...options, paired: true }).verdict).toBe('regressed')
    expect(timeOf(compareResults(one(old), one(next.slice(1)), { ...options, paired: true })).warnings[0]!.code).toBe(
      'unpaired',
    )
  })

  test('needs at least four sessions, and hands on what a file says of itself', () => {
    const doubt = { code: 'one-process', text: 'one process only' }
    const answer = compareResults(side({ a: { time: figure([1]) } }, [doubt]), one([2]), options)
    expect(timeOf(answer)).toMatchObject({
      verdict: 'inconclusive',
      severity: 'critical',
      interval: null,
      detectable: null,
    })
    expect(timeOf(answer).warnings.map(({ code }) => code)).toEqual(['too-few-sessions', 'one-process'])
  })

  test('judges the newest value of a history by those before it', () => {
    const history = Array.from({ length: 30 }, (_, index) => 100 + (index % 5))
    const runs = { of: 'runs' }
    const outcome = (value: number) =>
      timeOf(compareResults(one(history, runs), one([...history, value], runs), options))
    expect(outcome(150)).toMatchObject({ verdict: 'regressed', new: expect.closeTo(150, 9), n: [30, 1] })
    expect(outcome(104).verdict).not.toBe('regressed')
    expect(timeOf(compareResults(one([...history, 150], runs), one([...history, 150], runs), options))).toMatchObject({
      verdict: 'regressed',
      n: [30, 1],
    })
    expect(timeOf(compareResults(one([1], runs), one([5], runs), options)).warnings[0]!.code).toBe('too-few-sessions')
  })

  test('compares what never varies exactly, zeros too', () => {
    const zeros = [0, 0, 0, 0]
    expect(timeOf(compareResults(one(zeros), one(zeros), options))).toMatchObject({ verdict: 'unchanged', ratio: 1 })
    expect(timeOf(compareResults(one(zeros), one([1, 1, 1, 1]), options))).toMatchObject({
      verdict: 'regressed',
      severity: 'critical',
      ratio: null,
    })
    expect(timeOf(compareResults(one([7, 7, 7, 7]), one([8, 8, 8, 8]), options))).toMatchObject({
      verdict: 'regressed',
      interval: [expect.closeTo(8 / 7, 9), expect.closeTo(8 / 7, 9)],
    })
    expect(timeOf(compareResults(one([-1, -1, -1, -1]), one([1, 1, 1, 1]), options)).verdict).toBe('inconclusive')
  })

  test.each([[[Number.NaN, 1, 1, 1]], [[0, 1, 1, 1]], [[Number.POSITIVE_INFINITY, 1, 1, 1]], [[]]])(
    'says that %j leaves the verdict open',
    (values) => {
      const metric = timeOf(compareResults(one(steady), one(values), options))
      expect(metric.verdict).toBe('inconclusive')
      expect(metric.warnings[0]!.code).toMatch(/not-positive/)
    },
  )

  test('lists what is new and what is removed', () => {
    expect(mixed.benchmarks.map(({ name, status }) => [name, status])).toEqual([
      ['slower', 'compared'],
      ['same', 'compared'],
      ['odd | name', 'compared'],
      ['=cmd()', 'new'],
      ['faster', 'compared'],
      ['size', 'compared'],
      ['gone', 'removed'],
    ])
    expect(compareResults(one(steady), side({ b: { time: figure(steady) } }), options).verdict).toBe('no-baseline')
  })

  test('answers in the published form', () => {
    expect(answerSchema.parse(JSON.parse(JSON.stringify(mixed)))).toEqual(mixed)
  })

  test('is fair to what is measured in another unit', () => {
    expect(compareResults(one(steady), one(steady, { unit: 'B' }), options).benchmarks[0]!.status).toBe('new')
  })
})

describe('compareRuns()', () => {
  const policy = { ...options, failOn: 'low', strict: false } as const
  const old = runOf(durations(times(1)), { id: '20261120_090000' })

  test('judges our own runs as the run itself would have been', () => {
    const answer = compareRuns(old, runOf(durations(times(1.4))), policy)!
    expect(answer.benchmarks[0]!.metrics.duration_median).toMatchObject({
      verdict: 'regressed',
      severity: 'high',
      n: [6, 6],
    })
    expect(answerSchema.safeParse(answer).success).toBe(true)
  })

  test('takes a baseline for the old side', () => {
    const baseline = toBaseline(old, { acceptedAt: '2026-11-24T10:00:00.000Z' })
    expect(compareRuns(baseline, runOf(durations(times(1.5))), policy)!.verdict).toBe('regressed')
  })

  test('leaves other files to others, and refuses damaged ones', () => {
    expect(compareRuns({ results: [] }, old, policy)).toBeNull()
    expect(compareRuns(old, { results: [] }, policy)).toBeNull()
    expect(() => compareRuns(old, { ...old, benchmarks: 7 }, policy)).toThrow('not a vitest-verdict run at benchmarks')
    expect(() => compareRuns({ format: 'vitest-verdict/baseline', version: 9 }, old, policy)).toThrow(
      'version 9 is unknown',
    )
  })
})

test('answerExitCode() is 1 at or above failOn, 2 for an open verdict under strict', () => {
  const exit = (answer: CompareAnswer, failOn: 'low' | 'critical', strict = false) =>
    answerExitCode(answer, { failOn, strict })
  const slower = compareResults(one(times(1)), one(times(1.2)), options)
  expect([exit(slower, 'low'), exit(slower, 'critical')]).toEqual([1, 0])
  const open = compareResults(one([1]), one([2]), options)
  expect([exit(open, 'low'), exit(open, 'low', true)]).toEqual([0, 2])
})

describe('the published schema and the renderings', () => {
  test('docs/compare.schema.json is the schema of the answer', () => {
    const path = join(import.meta.dirname, '../../../docs/compare.schema.json')
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(JSON.stringify(answerJsonSchema())))
  })

  test('renderCompareText() is a table with the answer on the last line', async () => {
    await expect(renderCompareText(mixed, 5)).toMatchFileSnapshot('../../golden/compare/mixed.txt')
  })

  test('renderCompareMarkdown() escapes names', async () => {
    await expect(renderCompareMarkdown(mixed, 5)).toMatchFileSnapshot('../../golden/compare/mixed.md')
  })

  test('renderCompareCsv() is safe in a spreadsheet', async () => {
    await expect(renderCompareCsv(mixed)).toMatchFileSnapshot('../../golden/compare/mixed.csv')
  })

  test('renderCompareText() has words for nothing at all', () => {
    expect(renderCompareText({ version: 1, verdict: 'no-baseline', benchmarks: [] }, 5)).toBe(
      'Nothing to compare (threshold 5 %): nothing.',
    )
  })
})
