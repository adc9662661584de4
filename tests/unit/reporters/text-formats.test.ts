import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Report } from '../../../plugin/judge/report.ts'
import { renderMarkdown } from '../../../reporters/markdown.ts'
import { colourPalette } from '../../../reporters/palette.ts'
import { toResults } from '../../../reporters/results.ts'
import { toSummaries } from '../../../reporters/summaries.ts'
import { renderTerminal } from '../../../reporters/terminal.ts'
import { makeReport } from '../../support/make-report.ts'
import { makeBenchmark, makeRun } from '../../support/make-run.ts'
import { hostileNames } from './hostile-names.ts'

const run = makeRun(
  [
    { key: 'model_selection_code_generation_low', medianMs: 5.123, samples: 20, sessions: 2 },
    { key: 'cache_warm', category: 'cache_performance', medianMs: 0.0021, samples: 20, sessions: 2 },
    { key: 'bench/sum.bench.ts > sums', category: null, medianMs: 0.4, samples: 20, sessions: 2 },
  ].map(makeBenchmark),
)

const situations: Record<string, Report> = {
  'no-baseline': makeReport(run),
  unchanged: makeReport(run, {
    model_selection_code_generation_low: { ratio: 1.002, verdict: 'unchanged' },
    cache_warm: { ratio: 0.998, verdict: 'unchanged' },
    'bench/sum.bench.ts > sums': { ratio: 1, verdict: 'unchanged' },
  }),
  regressed: makeReport(run, {
    model_selection_code_generation_low: { ratio: 2.086, verdict: 'regressed', severity: 'critical' },
    cache_warm: { ratio: 0.7, verdict: 'improved' },
    'bench/sum.bench.ts > sums': { ratio: 1.04, verdict: 'inconclusive' },
  }),
}

describe.for(Object.entries(situations))('of a run that is %s,', ([situation, report]) => {
  test('renderTerminal() fits a wide terminal', async () => {
    await expect(`${renderTerminal(report)}\n`).toMatchFileSnapshot(`../../golden/reporters/${situation}.wide.txt`)
  })

  test('renderTerminal() fits a narrow terminal', async () => {
    const text = renderTerminal(report, { width: 80 })
    await expect(`${text}\n`).toMatchFileSnapshot(`../../golden/reporters/${situation}.narrow.txt`)
  })

  test('renderTerminal() says the same with and without colours', () => {
    const coloured = renderTerminal(report, { palette: colourPalette })
    expect(coloured).not.toBe(renderTerminal(report))
    expect(stripVTControlCharacters(coloured)).toBe(renderTerminal(report))
  })

  test('renderMarkdown() writes the document', async () => {
    const targets = [
      { key: 'cache_warm', figure: 'averageMs', aim: '< 5', value: 0.0021, met: true },
      { key: 'model_selection_code_generation_low', figure: 'p95Ms', aim: '< 5', value: 5.4, met: false },
    ]
    const text = renderMarkdown({ run, report, targets, recommendations: ['Cache selections.'] })
    await expect(text).toMatchFileSnapshot(`../../golden/reporters/${situation}.md`)
  })
})

test('renderTerminal() names a regression in the words other tools look for', () => {
  const report = makeReport(run, {
    model_selection_code_generation_low: { ratio: 2.086, verdict: 'regressed', severity: 'critical' },
  })
  const lines = renderTerminal(report).split('\n')
  const start = lines.findIndex((line) =>
    line.startsWith('CRITICAL: model_selection_code_generation_low - Average Duration'),
  )
  expect(lines.slice(start, start + 4).map((line) => line.trim())).toEqual([
    'CRITICAL: model_selection_code_generation_low - Average Duration',
    expect.stringMatching(/^Baseline: \d+\.\d{3}ms$/),
    expect.stringMatching(/^Current: \d+\.\d{3}ms$/),
    'Regression: +108.6%',
  ])
})

test.for(Object.entries(hostileNames))('no format is harmed by a name with %s', ([, key]) => {
  const hostile = makeRun([makeBenchmark({ key: key, medianMs: 1, samples: 3, sessions: 1 })])
  const report = makeReport(hostile, { [key]: { ratio: 3, verdict: 'regressed', severity: 'critical' } })
  const terminal = renderTerminal(report)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
  expect(terminal).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e]/)
  const markdown = renderMarkdown({ run: hostile, report, targets: [], recommendations: [] })
  expect(markdown).not.toMatch(/<script/i)
  const rows = markdown.split('\n').filter((line) => line.startsWith('| '))
  expect(rows.length).toBeGreaterThan(10)
  const summaries = Object.entries<{ category: string }>(JSON.parse(JSON.stringify(toSummaries(hostile, report))))
  expect(summaries.map(([name, { category }]) => [name, category])).toEqual([[key, key]])
})

test('renderTerminal() says a failure of several sessions once', () => {
  const failures = [1, 2, 3].map((session) => ({ key: 'a.bench.ts > a', session, error: 'the database is down' }))
  const text = renderTerminal({ ...makeReport(run), failures })
  expect(text.match(/FAILED/g)).toHaveLength(1)
  expect(text).toContain('FAILED: a.bench.ts > a in sessions 1, 2, 3: the database is down')
})

test('toSummaries() keeps the field names that scripts read', () => {
  expect(Object.keys(toSummaries(run, makeReport(run)).cache_warm!)).toEqual(
    expect.arrayContaining([
      'category',
      'total_runs',
      'successful_runs',
      'failed_runs',
      'avg_duration_ms',
      'p50_duration_ms',
      'p95_duration_ms',
      'p99_duration_ms',
      'avg_memory_mb',
      'peak_memory_mb',
      'success_rate',
      'sessions',
    ]),
  )
  expect(toSummaries(run, makeReport(run)).cache_warm).toMatchObject({
    category: 'cache_warm',
    sessions: [{ log_median_ms: expect.closeTo(Math.log(0.0021), 0), n: 20 }, { n: 20 }],
  })
})

test('toResults() lists iterations with the long name of the category', () => {
  const [first] = toResults(run).cache_warm!
  expect(Object.keys(first!)).toEqual([
    'name',
    'category',
    'duration_ms',
    'memory_mb',
    'success',
    'metadata',
    'timestamp',
  ])
  expect(first).toMatchObject({ category: 'cache_performance', success: true, metadata: { session: 1 } })
  expect(first!.name).toMatch(/ \((iteration|batch) 1\)$/)
})

test('toResults() keeps at most 100 entries a session and counts the rest', () => {
  const benchmark = makeBenchmark({ key: 'many', medianMs: 1, samples: 1000, sessions: 1 })
  const entries = toResults({ ...run, benchmarks: [benchmark] }).many!
  expect(entries).toHaveLength(100)
  expect(entries[0]?.metadata.dropped_samples).toBe(900)
})

test('toResults() never throws a failure away', () => {
  const benchmark = makeBenchmark({ key: 'failing', medianMs: 1, samples: 101, sessions: 1 })
  const sessions = benchmark.sessions.map((session) => ({ ...session, failedSamples: [1, 3, 5] }))
  const entries = toResults({ ...run, benchmarks: [{ ...benchmark, sessions }] }).failing!
  expect(entries.filter(({ success }) => !success).map(({ name }) => name)).toEqual([
    'failing (iteration 2)',
    'failing (iteration 4)',
    'failing (iteration 6)',
  ])
  expect(entries.length).toBeGreaterThanOrEqual(100)
})

test('toSummaries() rests on the sessions that are judged, as the rest of the summary does', () => {
  const benchmark = makeBenchmark({ key: 'confirmed', medianMs: 1, sessions: 4 })
  const sessions = benchmark.sessions.map((session, index) => (index < 2 ? { ...session, screening: true } : session))
  const confirmed = makeRun([{ ...benchmark, sessions }])
  expect(toSummaries(confirmed, makeReport(confirmed)).confirmed?.sessions).toHaveLength(2)
})
