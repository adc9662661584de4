import { stripVTControlCharacters } from 'node:util'
import Table from 'cli-table3'
import type { BenchmarkReport, MetricComparison, Report, Verdict } from '../plugin/judge/report.ts'
import type { Warning } from '../plugin/run/measurement.ts'
import { describeSessions, groupFailures } from './group-failures.ts'
import { formatDuration, formatPercent } from './number.ts'
import { type Palette, plainPalette } from './palette.ts'
import { plainText } from './plain-text.ts'
import { listRegressions, regressionBlock } from './regression-block.ts'
import { describeSkipped } from './skipped.ts'
import { describeChange, verdictMarks, verdictSentence } from './verdict-words.ts'

export interface TerminalOptions {
  /** Width in columns; below 100 the table leaves out what can be read in the files. */
  width?: number
  palette?: Palette
}

const wideEnough = 100
const mostDoubts = 8
/** Blanks between columns. */
const gap = 2

/** The run as text for people: a table, what regressed, doubts, and the answer on the last line. */
export function renderTerminal(report: Report, { width = 120, palette = plainPalette }: TerminalOptions = {}): string {
  return [
    renderTable(report, width, palette),
    ...renderRegressions(report, palette),
    renderFailures(report, palette),
    describeSkipped(report.skipped)
      .map((line) => palette.faint(line))
      .join('\n'),
    renderDoubts(report, palette),
    renderAnswer(report, palette),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** The metrics that decide, one block each; of the others only how many. */
function renderRegressions(report: Report, palette: Palette): string[] {
  const regressions = listRegressions(report.benchmarks)
  const blocks = regressions
    .filter(({ metric }) => metric.gate)
    .map((regression) => {
      const [head, ...rest] = regressionBlock(regression, plainText(regression.benchmark.key))
      return [palette.bad(head ?? ''), ...rest.map((line) => `  ${line}`)].join('\n')
    })
  const others = new Map<string, number>()
  for (const { metric } of regressions.filter((each) => !each.metric.gate)) {
    others.set(metric.title, (others.get(metric.title) ?? 0) + 1)
  }
  if (others.size === 0) return blocks
  const list = [...others].map(([title, count]) => `${plainText(title)} (${count})`).join(', ')
  return [...blocks, palette.faint(`Worse too, without deciding: ${list}; see the report`)]
}

interface Column {
  title: string
  align: 'left' | 'right'
  cell: (benchmark: BenchmarkReport) => string
}

function renderTable(report: Report, width: number, palette: Palette): string {
  const measured = report.benchmarks.filter((benchmark) => benchmark.status !== 'removed')
  if (measured.length === 0) return ''
  const wide = width >= wideEnough
  const compared = report.baseline.kind === 'compared'
  const columns: Column[] = [
    { title: 'median', align: 'right', cell: describeMedian },
    ...(wide
      ? [
          { title: 'p95', align: 'right' as const, cell: (each: BenchmarkReport) => describeStatistic(each, 'p95Ms') },
          { title: 'p99', align: 'right' as const, cell: (each: BenchmarkReport) => describeStatistic(each, 'p99Ms') },
        ]
      : []),
    ...(compared
      ? [
          { title: 'change', align: 'left' as const, cell: (each: BenchmarkReport) => describeHeadline(each, wide) },
          { title: 'verdict', align: 'left' as const, cell: (each: BenchmarkReport) => describeVerdict(each, palette) },
        ]
      : []),
  ]
  const cells = measured.map((benchmark) => columns.map((column) => column.cell(benchmark)))
  const taken = columns.map(({ title }, column) =>
    Math.max(title.length, ...cells.map((row) => stripVTControlCharacters(row[column] ?? '').length)),
  )
  const nameWidth = Math.max(20, width - taken.reduce((sum, each) => sum + each + gap, gap))
  const table = new Table({
    head: ['benchmark', ...columns.map(({ title }) => title)].map((title) => palette.faint(title)),
    chars: borderless,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap },
    colAligns: ['left', ...columns.map(({ align }) => align)],
  })
  for (const [index, benchmark] of measured.entries()) {
    table.push([plainText(benchmark.key, nameWidth), ...(cells[index] ?? [])])
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

const borderless = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((part) => [`${side}${part}`, '']),
  ),
)
borderless.middle = ''

function describeMedian({ statistics }: BenchmarkReport): string {
  if (statistics === null) return '–'
  const spread = statistics.spreadPercent === null ? '' : ` ±${formatPercent(statistics.spreadPercent, 0).padStart(3)}`
  return `${formatDuration(statistics.p50Ms * 1e6)}${spread}`
}

function describeStatistic({ statistics }: BenchmarkReport, field: 'p95Ms' | 'p99Ms'): string {
  return statistics === null ? '–' : formatDuration(statistics[field] * 1e6)
}

/** The metric that speaks for the benchmark: the worst that decided its verdict. */
function headline(benchmark: BenchmarkReport): MetricComparison | undefined {
  const gating = Object.values(benchmark.metrics).filter((metric) => metric.gate)
  return gating.find((metric) => metric.verdict === benchmark.verdict) ?? gating[0]
}

function describeHeadline(benchmark: BenchmarkReport, wide: boolean): string {
  const metric = headline(benchmark)
  if (metric === undefined) return '–'
  return describeChange(wide ? metric : { ...metric, interval: null })
}

function describeVerdict({ status, verdict, severity }: BenchmarkReport, palette: Palette): string {
  if (status === 'new') return palette.faint('new')
  const text = `${verdictMarks[verdict]} ${verdict}${severity === null ? '' : ` (${severity})`}`
  return paint(verdict, palette)(text)
}

function paint(verdict: Verdict, palette: Palette): (text: string) => string {
  if (verdict === 'regressed') return palette.bad
  if (verdict === 'improved') return palette.good
  return verdict === 'inconclusive' ? palette.doubtful : palette.faint
}

function renderFailures({ failures }: Report, palette: Palette): string {
  return groupFailures(failures)
    .map(({ key, sessions, error }) => {
      return palette.bad(`FAILED: ${plainText(key)}${describeSessions(sessions)}: ${plainText(error, 500)}`)
    })
    .join('\n')
}

function renderDoubts(report: Report, palette: Palette): string {
  return shorten(describeDoubts(report))
    .map((line) => palette.doubtful(line))
    .join('\n')
}

/** Each kind of doubt once, in the words of the first benchmark it concerns; the files have them all. */
function describeDoubts(report: Report): string[] {
  const kinds = new Map<string, { line: string; keys: Set<string> }>()
  for (const { key, name, verdict, warnings, metrics } of report.benchmarks) {
    for (const { code, text } of [
      ...warnings,
      ...Object.values(metrics).flatMap((metric) => doubtsWorthSaying(metric, verdict)),
    ]) {
      const named = text.includes(key) || text.includes(name)
      const mark = code === 'inconclusive' ? '?' : '!'
      const kind = kinds.get(code) ?? {
        line: `${mark} ${named ? '' : `${plainText(key)}: `}${plainText(text, 400)}`,
        keys: new Set(),
      }
      kind.keys.add(key)
      kinds.set(code, kind)
    }
  }
  return [
    ...report.warnings.map(({ text }) => `! ${plainText(text, 400)}`),
    ...[...kinds.values()].map(({ line, keys }) => (keys.size > 1 ? `${line} (and ${keys.size - 1} more)` : line)),
  ]
}

/** Why a metric stays open matters only where it decides, and leaves the benchmark open with it. */
function doubtsWorthSaying({ gate, warnings }: MetricComparison, verdict: Verdict): readonly Warning[] {
  return gate && verdict === 'inconclusive' ? warnings : warnings.filter(({ code }) => code !== 'inconclusive')
}

function shorten(lines: readonly string[]): string[] {
  if (lines.length <= mostDoubts) return [...lines]
  return [...lines.slice(0, mostDoubts - 1), `  … and ${lines.length - mostDoubts + 1} more in the report`]
}

function renderAnswer(report: Report, palette: Palette): string {
  const sentence = paint(report.verdict, palette)(verdictSentence(report))
  if (report.baseline.kind === 'none') {
    return `${sentence}\nTo judge later runs against this one: npx vitest-verdict baseline accept`
  }
  return sentence
}
