import type { BenchmarkReport, Report } from '../plugin/judge/report.ts'
import type { TargetResult } from '../plugin/judge/targets.ts'
import type { Run } from '../plugin/run/run.ts'
import { escapeMarkdown } from './escape-markdown.ts'
import { describeSessions, groupFailures } from './group-failures.ts'
import { groupWarnings } from './group-warnings.ts'
import { nameMeasured } from './name-measured.ts'
import { formatBytes, formatDuration, formatPercent, formatRate } from './number.ts'
import { plainText } from './plain-text.ts'
import { listRegressions, regressionBlock } from './regression-block.ts'
import { groupSkipped } from './skipped.ts'
import { describeChange, verdictMarks, verdictSentence } from './verdict-words.ts'

export interface MarkdownInput {
  run: Run
  report: Report
  targets: readonly TargetResult[]
  /** What to do next, most useful first. */
  recommendations: readonly string[]
}

/** The run as a document: what `benchmark_report_*.md` holds. */
export function renderMarkdown({ run, report, targets, recommendations }: MarkdownInput): string {
  return `${[
    `# Benchmark report ${run.id}`,
    `**${escapeMarkdown(verdictSentence(report))}**`,
    ...listRegressions(report.benchmarks).map((regression) =>
      ['```', ...regressionBlock(regression, plainText(regression.benchmark.key).replace(/[`<]/g, "'")), '```'].join(
        '\n',
      ),
    ),
    section('Configuration', renderConfiguration(run)),
    section('Statistics', renderStatistics(report.benchmarks)),
    section('Comparison', renderComparison(report)),
    section('Targets', renderTargets(targets)),
    section('Recommendations', recommendations.map((text) => `- ${escapeMarkdown(text, 500)}`).join('\n')),
    section('Doubts', renderDoubts(report)),
    section('Failures', renderFailures(report)),
    section('Skipped', renderSkipped(report)),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`
}

function section(title: string, body: string): string {
  return body === '' ? '' : `## ${title}\n\n${body}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}

function renderConfiguration(run: Run): string {
  const { environment, options } = run
  const commit = environment.commit === null ? 'none' : `${environment.commit}${environment.dirty ? ' (changed)' : ''}`
  const facts: [string, string][] = [
    ['started', run.startedAt],
    ['sessions per benchmark', `${options.sessions} fresh processes`],
    ['profile', options.profile],
    ['iterations', String(options.iterations)],
    ['warm-up', String(options.warmup)],
    ['concurrent', String(options.concurrent)],
    ['threshold', formatPercent(options.threshold)],
    ['profiling', options.profiling ? 'on' : 'off'],
    ['memory tracking', options.memoryTracking ? 'on' : 'off'],
    ...(options.target === undefined ? [] : [['target', nameMeasured(options.target)] satisfies [string, string]]),
    ['machine class', run.machineClass],
    ['processor', `${environment.cpuModel}, ${environment.cpus} usable`],
    ['memory', formatBytes(environment.memoryBytes)],
    ['system', `${environment.platform} ${environment.osRelease} ${environment.arch}`],
    ['Node', `${environment.node} (V8 ${environment.v8}), Vitest ${environment.vitest}`],
    ['commit', commit],
  ]
  return table(
    ['setting', 'value'],
    facts.map(([name, value]) => [name, escapeMarkdown(value)]),
  )
}

function renderStatistics(benchmarks: readonly BenchmarkReport[]): string {
  return table(
    ['benchmark', 'runs', 'average', 'median', 'p95', 'p99', 'throughput', 'peak memory', 'success'],
    benchmarks.flatMap(({ key, statistics }) => {
      if (statistics === null) return []
      const duration = (milliseconds: number) => formatDuration(milliseconds * 1e6)
      return [
        [
          escapeMarkdown(key),
          String(statistics.iterations),
          duration(statistics.averageMs),
          duration(statistics.p50Ms),
          duration(statistics.p95Ms),
          duration(statistics.p99Ms),
          statistics.throughputPerSecond === null ? '–' : formatRate(statistics.throughputPerSecond),
          statistics.peakMemoryMb === null ? '–' : formatBytes(statistics.peakMemoryMb * 1e6),
          formatPercent(statistics.successRate),
        ],
      ]
    }),
  )
}

function renderComparison(report: Report): string {
  if (report.baseline.kind !== 'compared') return ''
  return table(
    ['benchmark', 'metric', 'change', 'detectable', 'verdict'],
    report.benchmarks.flatMap((benchmark) =>
      benchmark.status === 'compared'
        ? Object.values(benchmark.metrics).map((metric) => [
            escapeMarkdown(benchmark.key),
            escapeMarkdown(metric.title),
            describeChange(metric),
            metric.detectable === null ? '–' : `≥ ${formatPercent(metric.detectable)}`,
            `${verdictMarks[metric.verdict]} ${metric.verdict}${metric.severity === null ? '' : ` (${metric.severity})`}`,
          ])
        : [[escapeMarkdown(benchmark.key), '–', '–', '–', benchmark.status]],
    ),
  )
}

function renderTargets(targets: readonly TargetResult[]): string {
  return table(
    ['benchmark', 'figure', 'target', 'measured', ''],
    targets.map(({ key, figure, aim, value, met }) => [
      escapeMarkdown(key),
      escapeMarkdown(figure),
      escapeMarkdown(aim),
      String(Number(value.toPrecision(4))),
      met ? 'met' : '**missed**',
    ]),
  )
}

function renderDoubts(report: Report): string {
  const lines = report.benchmarks.flatMap((benchmark) =>
    groupWarnings([
      ...benchmark.warnings,
      ...Object.values(benchmark.metrics).flatMap((metric) => metric.warnings),
    ]).map(
      ({ text, count }) =>
        `- ${escapeMarkdown(benchmark.key)}: ${escapeMarkdown(text, 500)}${count > 1 ? ` (${count}×)` : ''}`,
    ),
  )
  return [...report.warnings.map(({ text }) => `- ${escapeMarkdown(text, 500)}`), ...lines].join('\n')
}

function renderFailures({ failures }: Report): string {
  return groupFailures(failures)
    .map(
      ({ key, sessions, error }) =>
        `- ${escapeMarkdown(key)}${describeSessions(sessions)}: ${escapeMarkdown(error, 1000)}`,
    )
    .join('\n')
}

function renderSkipped({ skipped }: Report): string {
  return groupSkipped(skipped)
    .map(({ keys, reason }) => `- ${keys.map((key) => escapeMarkdown(key)).join(', ')}: ${escapeMarkdown(reason, 500)}`)
    .join('\n')
}
