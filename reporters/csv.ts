import type { BenchmarkReport, BenchmarkStatistics, MetricComparison, Report } from '../plugin/judge/report.ts'
import { escapeCsv } from './escape-csv.ts'

type Field = string | number | null

const statisticsFields = [
  'sessions',
  'iterations',
  'succeeded',
  'failed',
  'averageMs',
  'minimumMs',
  'maximumMs',
  'p50Ms',
  'p95Ms',
  'p99Ms',
  'averageMemoryMb',
  'peakMemoryMb',
  'successRate',
  'throughputPerSecond',
  'spreadPercent',
] as const satisfies readonly (keyof BenchmarkStatistics)[]

const comparisonFields = [
  'metric',
  'unit',
  'old',
  'new',
  'ratio',
  'low',
  'high',
  'metricVerdict',
  'metricSeverity',
  'detectablePercent',
]

/**
 * The report as CSV (RFC 4180): one line per benchmark and metric, the statistics of the benchmark repeated on each, so that any
 * spreadsheet can filter it. Figures are not rounded; what is unknown is empty.
 */
export function renderCsv(report: Report): string {
  const head = [
    'run',
    'machineClass',
    'key',
    'category',
    'status',
    'verdict',
    'severity',
    ...statisticsFields,
    ...comparisonFields,
  ]
  const lines = report.benchmarks.flatMap((benchmark) => {
    const common = [report.run.id, report.run.machineClass, ...describeBenchmark(benchmark)]
    const metrics = Object.entries(benchmark.metrics)
    if (metrics.length === 0) return [[...common, ...comparisonFields.map(() => null)]]
    return metrics.map(([name, metric]) => [...common, ...describeMetric(name, metric)])
  })
  return [head, ...lines].map((line) => `${line.map(escapeCsv).join(',')}\r\n`).join('')
}

function describeBenchmark({ key, category, status, verdict, severity, statistics }: BenchmarkReport): Field[] {
  return [key, category, status, verdict, severity, ...statisticsFields.map((field) => statistics?.[field] ?? null)]
}

function describeMetric(name: string, metric: MetricComparison): Field[] {
  const { unit, old, ratio, interval, verdict, severity, detectable } = metric
  return [
    name,
    unit,
    old,
    metric.new,
    ratio,
    interval?.[0] ?? null,
    interval?.[1] ?? null,
    verdict,
    severity,
    detectable,
  ]
}
