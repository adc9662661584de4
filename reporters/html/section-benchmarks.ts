import type { Trend } from '../../plugin/analyse/trend.ts'
import type { BenchmarkReport, MetricComparison } from '../../plugin/judge/report.ts'
import type { Benchmark } from '../../plugin/run/run.ts'
import { sorted } from '../../plugin/statistics/sorted.ts'
import { escapeHtml } from '../escape-html.ts'
import { formatBytes, formatDuration, formatInUnit, formatPercent, formatRate } from '../number.ts'
import { describeTrend } from '../trend.ts'
import { describeChange } from '../verdict-words.ts'
import type { HtmlInput } from './html-input.ts'
import { renderHistogram, renderLine } from './small-charts.ts'
import { type Cell, renderTable } from './table.ts'
import { verdictBadge } from './verdict-badge.ts'

const verdictOrder = ['regressed', 'inconclusive', 'improved', 'unchanged', 'no-baseline']
const columns = [
  { title: 'Benchmark' },
  { title: 'Verdict' },
  { title: 'Change', numeric: true },
  { title: 'Average', numeric: true },
  { title: 'Median', numeric: true },
  { title: 'p95', numeric: true },
  { title: 'p99', numeric: true },
  { title: 'Throughput', numeric: true },
  { title: 'Peak memory', numeric: true },
  { title: 'Success', numeric: true },
]

/** All benchmarks at a glance. */
export function renderBenchmarkTable({ run, report }: HtmlInput): string {
  const places = new Map(run.benchmarks.map(({ key }, index) => [key, index]))
  const rows = report.benchmarks.map((benchmark) => ({
    attributes: ` data-verdict="${benchmark.verdict}"`,
    cells: [
      nameCell(benchmark, places.get(benchmark.key)),
      { html: verdictCell(benchmark), sort: verdictOrder.indexOf(benchmark.verdict) },
      changeCell(benchmark),
      ...statisticsCells(benchmark),
    ],
  }))
  return `<section aria-labelledby="benchmarks-title"><h2 id="benchmarks-title">Benchmarks</h2>
<div class="filters" id="filters" hidden><label>Filter <input type="search" id="filter" autocomplete="off"></label>
<label>Verdict <select id="verdict"><option value="">all</option>${verdictOrder.map((verdict) => `<option>${verdict}</option>`).join('')}</select></label>
<span id="shown" role="status"></span></div>
${renderTable(columns, rows, { caption: 'Every benchmark of this run; durations per call', id: 'benchmarks' })}
</section>`
}

function nameCell({ key }: BenchmarkReport, place: number | undefined): Cell {
  const name = escapeHtml(key, 120)
  return { html: place === undefined ? name : `<a href="#b-${place}">${name}</a>` }
}

function verdictCell({ status, verdict, severity }: BenchmarkReport): string {
  return status === 'compared' ? verdictBadge(verdict, severity) : `<span class="badge">${status}</span>`
}

/** The gate metric that decided: the worst, else the average. */
function decisive({ metrics, verdict }: BenchmarkReport): MetricComparison | null {
  const gates = Object.values(metrics).filter(({ gate }) => gate)
  const same = gates.filter((metric) => metric.verdict === verdict && metric.ratio !== null)
  const size = ({ ratio }: MetricComparison) => Math.abs(Math.log(ratio ?? 1))
  if (verdict === 'regressed') return same.toSorted((a, b) => size(b) - size(a))[0] ?? null
  return metrics.duration_median ?? metrics.duration_mean ?? same[0] ?? null
}

function changeCell(benchmark: BenchmarkReport): Cell {
  const metric = decisive(benchmark)
  if (metric === null || metric.ratio === null) return { html: '–', sort: null }
  const [size = '', interval] = describeChange(metric).split(/ (?=\[)/)
  const notes = [interval, benchmark.verdict === 'regressed' ? metric.title : undefined]
  const lines = notes.flatMap((note) =>
    note === undefined ? [] : [`<br><span class="faint">${escapeHtml(note)}</span>`],
  )
  return { html: `${escapeHtml(size)}${lines.join('')}`, sort: metric.ratio }
}

function statisticsCells({ statistics }: BenchmarkReport): Cell[] {
  if (statistics === null) return Array.from({ length: 7 }, () => ({ html: '–', sort: null }))
  const duration = (milliseconds: number): Cell => ({ html: formatDuration(milliseconds * 1e6), sort: milliseconds })
  const { averageMs, p50Ms, p95Ms, p99Ms, throughputPerSecond, peakMemoryMb, successRate } = statistics
  return [
    duration(averageMs),
    duration(p50Ms),
    duration(p95Ms),
    duration(p99Ms),
    { html: throughputPerSecond === null ? '–' : formatRate(throughputPerSecond), sort: throughputPerSecond },
    { html: peakMemoryMb === null ? '–' : formatBytes(peakMemoryMb * 1e6), sort: peakMemoryMb },
    { html: formatPercent(successRate), sort: successRate },
  ]
}

/** Each benchmark by itself: distribution, time series, metrics, history, doubts. */
export function renderBenchmarkSections({ run, report, trends }: HtmlInput): string {
  const reports = new Map(report.benchmarks.map((benchmark) => [benchmark.key, benchmark]))
  const histories = new Map(trends.map((trend) => [trend.series.key, trend]))
  const sections = run.benchmarks.map((benchmark, index) =>
    renderBenchmark(benchmark, index, reports.get(benchmark.key), histories.get(benchmark.key)),
  )
  return `<section id="details" aria-labelledby="details-title"><h2 id="details-title">Each benchmark</h2>
<p class="faint">The histogram counts the calls by their duration, the orange line is the median: one narrow hill means steady times, several hills several ways of running. The line below it is every call in the order it ran, one session after the other: it should go neither up nor down.</p>
${sections.join('\n')}
</section>`
}

function renderBenchmark(
  { key, file, sessions }: Benchmark,
  index: number,
  report: BenchmarkReport | undefined,
  trend: Trend | undefined,
): string {
  const inOrder = sessions.flatMap(({ samplesNs }) => samplesNs)
  const warnings = [
    ...new Set(
      [...(report?.warnings ?? []), ...sessions.flatMap((session) => session.warnings)].map(({ text }) => text),
    ),
  ]
  const badge = report === undefined ? '' : verdictCell(report)
  return `<details class="benchmark" id="b-${index}"><summary><span class="name">${escapeHtml(key, 120)}</span> ${badge}</summary>
<p class="faint">${escapeHtml(file)} · ${sessions.length} sessions · ${inOrder.length} samples kept</p>
<div class="pair"><figure>${renderHistogram(sorted(inOrder))}<figcaption>Distribution of the calls</figcaption></figure>
<figure>${renderLine(inOrder, 'Duration of the calls in time order, session after session')}<figcaption>Calls in the order they ran</figcaption></figure>
${
  trend === undefined
    ? ''
    : `<figure>${renderLine(
        trend.series.points.map(({ value }) => value),
        `${trend.series.title} over ${trend.series.points.length} runs`,
        trend.changes.map((change) => change.index),
      )}<figcaption>${escapeHtml(trend.series.title)} over the stored runs</figcaption></figure>`
}</div>
<div class="zoom" data-benchmark="${index}"></div>
${renderMetrics(report)}
${renderProfile(sessions)}
${trend === undefined ? '' : renderRemarks(trend)}
${warnings.length === 0 ? '' : `<h3>Doubts</h3><ul>${warnings.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>`}
</details>`
}

function renderMetrics(report: BenchmarkReport | undefined): string {
  if (report === undefined || Object.keys(report.metrics).length === 0) return ''
  const compared = report.status === 'compared'
  const columns = compared
    ? [
        { title: 'Metric' },
        { title: 'Before', numeric: true },
        { title: 'Now', numeric: true },
        { title: 'Change', numeric: true },
        { title: 'Detectable', numeric: true },
        { title: 'Verdict' },
      ]
    : [{ title: 'Metric' }, { title: 'Now', numeric: true }]
  const show = (value: number | null, unit: string) => (value === null ? '–' : escapeHtml(formatInUnit(value, unit)))
  const rows = Object.values(report.metrics).map((metric) => {
    const { title, unit, old, new: current, detectable, verdict, severity } = metric
    const now = { html: show(current, unit) }
    const name = { html: escapeHtml(title) }
    if (!compared) return { cells: [name, now] }
    return {
      cells: [
        name,
        { html: show(old, unit) },
        now,
        { html: escapeHtml(describeChange(metric)) },
        { html: detectable === null ? '–' : `≥ ${formatPercent(detectable)}` },
        { html: verdictBadge(verdict, severity) },
      ],
    }
  })
  return renderTable(columns, rows, { caption: `Metrics of ${report.key.slice(0, 80)}` })
}

function renderProfile(sessions: Benchmark['sessions']): string {
  const profile = sessions.find(({ probes }) => probes.profile !== undefined)?.probes.profile
  if (profile === undefined || profile.top.length === 0) return ''
  const functions = profile.top.slice(0, 5).map(({ name, url, line, selfPercent }) => {
    const place = url === '' ? 'native' : `${url}:${line}`
    return `<li>${formatPercent(selfPercent)} <code>${escapeHtml(name || '(anonymous)', 80)}</code> <span class="faint">${escapeHtml(place, 160)}</span></li>`
  })
  return `<h3>Where the CPU time goes</h3><ol>${functions.join('')}</ol>`
}

function renderRemarks(trend: Trend): string {
  const remarks = describeTrend(trend)
  if (remarks.length === 0) return ''
  return `<h3>Over the stored runs</h3><ul>${remarks.map(({ text }) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>`
}
