import type { Fact } from '../../plugin/analyse/analysis.ts'
import { escapeHtml } from '../escape-html.ts'
import { formatDuration, formatInUnit, formatPercent } from '../number.ts'
import { listRegressions, regressionBlock } from '../regression-block.ts'
import type { HtmlInput } from './html-input.ts'

/** Regressions, bottlenecks, opportunities and advice, with the figures they rest on. */
export function renderAnalysisSection({ analysis, report }: HtmlInput): string {
  const regressions = listRegressions(report.benchmarks).map((regression) => {
    const [title = '', ...lines] = regressionBlock(regression)
    return card(
      title,
      lines.map((line) => escapeHtml(line)),
    )
  })
  const bottlenecks = analysis.bottlenecks.map((entry) =>
    card(`${entry.impact.toUpperCase()}: ${entry.key}`, [
      `Average ${formatDuration(entry.averageMs * 1e6)}, p95 ${formatDuration(entry.p95Ms * 1e6)}, p99 ${formatDuration(entry.p99Ms * 1e6)}; ${entry.outliers.count} of ${entry.outliers.of} samples are outliers`,
      ...entry.hotFunctions.map(
        ({ name, url, line, selfPercent }) =>
          `${formatPercent(selfPercent)} of the CPU time in <code>${escapeHtml(name || '(anonymous)', 80)}</code> (${escapeHtml(url === '' ? 'native' : `${url}:${line}`, 160)})`,
      ),
      `<strong>Recommendation:</strong> ${escapeHtml(entry.recommendation)}`,
      showFacts(entry.facts),
    ]),
  )
  const opportunities = analysis.opportunities.map((entry) =>
    card(`${entry.priority.toUpperCase()} priority: ${entry.key}`, [
      `<strong>Opportunity:</strong> ${escapeHtml(entry.opportunity)}`,
      `<strong>Potential:</strong> ${escapeHtml(entry.potential)}`,
      `<strong>Effort:</strong> ${entry.effort} (${escapeHtml(entry.effortReason)})`,
      showFacts(entry.facts),
    ]),
  )
  const advice = analysis.recommendations.map(({ title, key, cause, limit, advice }) =>
    card(`${title}: ${key}`, [
      `${showFact(cause)}, ${escapeHtml(limit.title.toLowerCase())} ${escapeHtml(formatInUnit(limit.value, limit.unit))}`,
      ...advice.map(({ text, facts }) => `${escapeHtml(text)}<br>${showFacts(facts)}`),
    ]),
  )
  return `<section id="analysis" aria-labelledby="analysis-title"><h2 id="analysis-title">Analysis</h2>
${group('Regressions', regressions, report.baseline.kind === 'compared' ? 'None found.' : 'There is no baseline to find any against.')}
${group('Bottlenecks', bottlenecks, 'No operation averages over 100 ms and none has a slow tail.')}
${group('Optimisation opportunities', opportunities, 'The figures of this run show none.')}
${group('Recommendations by area', advice, 'Every area is within its limit.')}
</section>`
}

function group(title: string, cards: readonly string[], otherwise: string): string {
  const body = cards.length === 0 ? `<p>${otherwise}</p>` : `<div class="cards">${cards.join('\n')}</div>`
  return `<h3>${title}${cards.length === 0 ? '' : ` (${cards.length})`}</h3>\n${body}`
}

/** @param lines HTML */
function card(title: string, lines: readonly string[]): string {
  return `<article class="card"><h4>${escapeHtml(title)}</h4>${lines.map((line) => `<p>${line}</p>`).join('')}</article>`
}

function showFacts(facts: readonly Fact[]): string {
  return `<span class="faint">Measured: ${facts.map(showFact).join('; ')}</span>`
}

function showFact({ title, value, unit }: Fact): string {
  return `${escapeHtml(title)} ${escapeHtml(formatInUnit(value, unit))}`
}
