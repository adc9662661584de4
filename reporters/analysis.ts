import type { Analysis, AreaAdvice, Bottleneck, Fact, Opportunity } from '../plugin/analyse/analysis.ts'
import type { Report } from '../plugin/judge/report.ts'
import { escapeMarkdown } from './escape-markdown.ts'
import { formatBytes, formatInUnit, formatMilliseconds } from './number.ts'
import { listRegressions, type Regression, regressionBlock } from './regression-block.ts'
import { verdictSentence } from './verdict-words.ts'

/** The analysis as Markdown: the `analysis_report_*.md` file. */
export function renderAnalysis(analysis: Analysis, report: Report): string {
  const { bottlenecks, opportunities, recommendations } = analysis
  const regressions = listRegressions(report.benchmarks)
  const advisory = listRegressions(report.benchmarks, 'inconclusive')
  const commit = report.run.commit === null ? '' : `, commit ${escapeMarkdown(report.run.commit.slice(0, 7))}`
  return [
    '# Analysis report',
    `Run \`${escapeMarkdown(report.run.id)}\` on \`${escapeMarkdown(report.run.machineClass)}\`${commit}.`,
    escapeMarkdown(verdictSentence(report), 500),
    section('Regressions', regressions.map(renderRegression), noRegressions(report)),
    advisory.length === 0
      ? null
      : section(
          'Differences without a verdict',
          advisory.map(renderRegression),
          '',
          'The baseline carries too little to judge by, or the figures vary too much; these are differences, not regressions.',
        ),
    section(
      'Bottlenecks',
      bottlenecks.map(renderBottleneck),
      'No operation averages over 100 ms and none has a slow tail.',
    ),
    section(
      'Optimisation opportunities',
      opportunities.map(renderOpportunity),
      'The figures of this run show none.',
      'The potential is what the measured figures allow at best, not a promise.',
    ),
    section('Recommendations by area', recommendations.map(renderAdvice), 'Every area is within its limit.'),
  ]
    .filter((part) => part !== null)
    .join('\n\n')
    .concat('\n')
}

function noRegressions({ baseline }: Report): string {
  switch (baseline.kind) {
    case 'none':
      return 'There is no baseline, so none can be found. Accept one with `vitest-verdict baseline accept`.'
    case 'incompatible':
      return `The baseline cannot be compared with: ${escapeMarkdown(baseline.reason)}.`
    case 'compared':
      return 'None found.'
  }
}

function section(title: string, entries: readonly string[], otherwise: string, note?: string): string {
  const heading = entries.length === 0 ? `## ${title}` : `## ${title} (${entries.length})`
  if (entries.length === 0) return `${heading}\n\n${otherwise}`
  return [heading, ...(note === undefined ? [] : [note]), ...entries].join('\n\n')
}

function renderRegression(regression: Regression): string {
  const [heading = '', ...lines] = regressionBlock(regression).map((line) => escapeMarkdown(line, 500))
  return block(heading, lines)
}

function renderBottleneck(bottleneck: Bottleneck): string {
  const { key, impact, reasons, averageMs, p50Ms, p95Ms, p99Ms, outliers, hotFunctions } = bottleneck
  const tail = `P99 is ${(p99Ms / p50Ms).toFixed(1)} times the median; ${outliers.count} of ${outliers.of} samples are outliers`
  return block(`${impact.toUpperCase()}: ${escapeMarkdown(key)}`, [
    `Average: ${formatTwoDecimals(averageMs)}`,
    `P95: ${formatTwoDecimals(p95Ms)}`,
    `P99: ${formatTwoDecimals(p99Ms)}`,
    ...(reasons.includes('tail') ? [`Tail: ${tail}`] : []),
    ...hotFunctions.map(({ name, url, line, selfPercent }) => {
      const place = url === '' ? 'native' : `${url}:${line}`
      return `Hot: ${escapeMarkdown(name || '(anonymous)')} ${selfPercent.toFixed(1)}% of CPU time, ${escapeMarkdown(place)}`
    }),
    `Recommendation: ${escapeMarkdown(bottleneck.recommendation, 500)}`,
    measured(bottleneck.facts),
  ])
}

function renderOpportunity(entry: Opportunity): string {
  return block(`${entry.priority.toUpperCase()} priority: ${escapeMarkdown(entry.key)}`, [
    `Opportunity: ${escapeMarkdown(entry.opportunity, 500)}`,
    `Potential: ${escapeMarkdown(entry.potential, 500)}`,
    `Effort: ${entry.effort} (${escapeMarkdown(entry.effortReason)})`,
    measured(entry.facts),
  ])
}

function renderAdvice({ title, key, cause, limit, advice }: AreaAdvice): string {
  return [
    `### ${title}`,
    `${escapeMarkdown(key)}: ${showFact(cause)}, ${limit.title.toLowerCase()} ${formatFigure(limit.value, limit.unit)}.`,
    advice.length === 0
      ? 'No probe of this run says what to do about it.'
      : advice.map(({ text, facts }) => `- ${text} (${facts.map(showFact).join('; ')})`).join('\n'),
  ].join('\n\n')
}

/** A heading and its lines, which Markdown would otherwise run together. */
function block(heading: string, lines: readonly string[]): string {
  return [`### ${heading}`, lines.join('  \n')].join('\n\n')
}

function measured(facts: readonly Fact[]): string {
  return `Measured: ${facts.map(showFact).join('; ')}`
}

function showFact({ title, value, unit }: Fact): string {
  return `${escapeMarkdown(title)} ${formatFigure(value, unit)}`
}

function formatFigure(value: number, unit: string): string {
  if (unit === 'ns') return formatMilliseconds(value / 1e6)
  return unit === 'B' ? formatBytes(value) : formatInUnit(value, unit)
}

/** The form of bottlenecks in MISSION.md, `234.56ms`; below a millisecond more decimals. */
function formatTwoDecimals(milliseconds: number): string {
  return milliseconds >= 1 ? `${milliseconds.toFixed(2)}ms` : formatMilliseconds(milliseconds)
}
