import { expect, test } from 'vitest'
import { analyse } from '../../../plugin/analyse/analyse.ts'
import type { Analysis } from '../../../plugin/analyse/analysis.ts'
import { renderAnalysis } from '../../../reporters/analysis.ts'
import { calmRun, hostileRun, troubledRun } from '../../support/made-runs.ts'
import { makeReport } from '../../support/make-report.ts'

test('renderAnalysis() shows regressions, bottlenecks, opportunities and advice with their figures', async () => {
  const run = troubledRun()
  const report = makeReport(run, {
    model_selection_code_generation_low: { ratio: 2.086, verdict: 'regressed', severity: 'critical' },
    cache_warm: { ratio: 1.12, verdict: 'regressed', severity: 'medium' },
    concurrent_10: { ratio: 1.3, verdict: 'inconclusive', severity: 'high' },
  })
  await expect(renderAnalysis(analyse(run, report), report)).toMatchFileSnapshot('../../golden/analysis/troubled.md')
})

test('renderAnalysis() says that nothing was found and that there is no baseline', async () => {
  const run = calmRun()
  const report = makeReport(run)
  await expect(renderAnalysis(analyse(run, report), report)).toMatchFileSnapshot('../../golden/analysis/calm.md')
})

test('renderAnalysis() gives hostile names no way out of their place', async () => {
  const run = hostileRun()
  const report = makeReport(run)
  const text = renderAnalysis(analyse(run, report), report)
  for (const part of ['<script', '<img', '\u001b', '\u202e']) expect(text).not.toContain(part)
  await expect(text).toMatchFileSnapshot('../../golden/analysis/hostile.md')
})

test('renderAnalysis() writes regressions and bottlenecks in the form that other tools read', () => {
  const run = calmRun()
  const report = makeReport(run, {
    model_selection_code_generation_low: { ratio: 5.123 / 2.456, verdict: 'regressed', severity: 'critical' },
  })
  const { duration_mean } = report.benchmarks[0]!.metrics
  Object.assign(duration_mean!, { old: 2_456_000, new: 5_123_000 })
  const analysis: Analysis = {
    bottlenecks: [
      {
        key: 'concurrent_20_reasoning',
        impact: 'high',
        reasons: ['slow'],
        averageMs: 234.56,
        p50Ms: 210,
        p95Ms: 456.78,
        p99Ms: 500,
        outliers: { count: 0, of: 100 },
        hotFunctions: [],
        recommendation: 'x',
        facts: [],
      },
    ],
    opportunities: [],
    recommendations: [],
  }
  const lines = renderAnalysis(analysis, report)
    .split('\n')
    .map((line) => line.trim())
  expect(lines).toEqual(
    expect.arrayContaining([
      '### CRITICAL: model_selection_code_generation_low - Average Duration',
      'Baseline: 2.456ms',
      'Current: 5.123ms',
      'Regression: +108.6%',
      '### HIGH: concurrent_20_reasoning',
      'Average: 234.56ms',
      'P95: 456.78ms',
      'Recommendation: x',
    ]),
  )
})

test('renderAnalysis() lists regressions worst first and differences without a verdict apart', () => {
  const run = calmRun()
  const [a, b, c] = run.benchmarks.map(({ key }) => key)
  const report = makeReport(run, {
    [a!]: { ratio: 1.08, verdict: 'regressed', severity: 'low' },
    [b!]: { ratio: 3, verdict: 'inconclusive', severity: 'critical' },
    [c!]: { ratio: 1.7, verdict: 'regressed', severity: 'critical' },
  })
  const headings = renderAnalysis(analyse(run, report), report).match(/^###? .*$/gm)
  expect(headings?.slice(0, 5)).toEqual([
    '## Regressions (2)',
    `### CRITICAL: ${c} - Average Duration`,
    `### LOW: ${a} - Average Duration`,
    '## Differences without a verdict (1)',
    `### CRITICAL: ${b} - Average Duration`,
  ])
})
