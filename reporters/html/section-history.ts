import type { Trend } from '../../plugin/analyse/trend.ts'
import { escapeHtml } from '../escape-html.ts'
import { formatChange, formatInUnit } from '../number.ts'
import { describeTrend } from '../trend.ts'
import type { HtmlInput } from './html-input.ts'
import { renderLine } from './small-charts.ts'
import { type Cell, renderTable } from './table.ts'

const columns = [
  { title: 'Benchmark' },
  { title: 'Level', numeric: true },
  { title: 'Last change', numeric: true },
  { title: 'Course' },
  { title: 'What happened' },
]

/** How the stored runs developed; with script also any benchmark zoomed, and any two runs side by side. */
export function renderHistorySection({ trends, skipped }: HtmlInput): string {
  const runs = Math.max(0, ...trends.map(({ series }) => series.points.length))
  const body =
    runs < 2
      ? `<p>${runs === 0 ? 'No stored runs yet' : 'One stored run'}: from the second on, this shows how each benchmark developed.</p>`
      : `<p class="faint">Each line is one benchmark over its stored runs, its own smallest value at the bottom and its largest at the top; a vertical line marks a change of level that chance does not explain.</p>
<div class="tall">${renderTable(
          columns,
          trends.map((trend) => ({ cells: cells(trend) })),
          { caption: `${trends[0]?.series.title ?? 'Metric'} over ${runs} stored runs` },
        )}</div>
<div id="history-zoom" class="zoom"></div>
<h3>Two runs side by side</h3>
<div id="compare" class="tall"><p>This needs script. Without it: <code>vitest-verdict compare &lt;run&gt; &lt;run&gt;</code>.</p></div>`
  const odd = skipped.map(({ name, reason }) => `<li>${escapeHtml(name)}: ${escapeHtml(reason)}</li>`).join('')
  return `<section id="history" aria-labelledby="history-title"><h2 id="history-title">History</h2>
${body}
${odd === '' ? '' : `<h3>Skipped entries</h3><ul>${odd}</ul>`}
</section>`
}

function cells(trend: Trend): Cell[] {
  const { series, level, changes } = trend
  const last = changes.at(-1)
  const values = series.points.map(({ value }) => value)
  const remarks = describeTrend(trend).map(({ text }) => escapeHtml(text))
  return [
    { html: escapeHtml(series.key, 120) },
    { html: escapeHtml(formatInUnit(level, series.unit)), sort: level },
    {
      html: last === undefined ? 'none' : last.ratio === null ? 'yes' : formatChange(last.ratio),
      sort: last?.ratio ?? null,
    },
    {
      html: renderLine(
        values,
        `Course over ${values.length} runs`,
        changes.map(({ index }) => index),
      ),
    },
    { html: remarks.length === 0 ? '<span class="faint">steady</span>' : remarks.join('<br>') },
  ]
}
