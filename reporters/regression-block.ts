import type { BenchmarkReport, MetricComparison } from '../plugin/judge/report.ts'
import { formatInUnit, formatMilliseconds } from './number.ts'

export interface Regression {
  benchmark: BenchmarkReport
  metric: MetricComparison
}

const severityRank = { critical: 0, high: 1, medium: 2, low: 3 } as const

/**
 * Every regressed metric of every benchmark, worst first; with `inconclusive`, those that differ enough to have a severity but
 * lack the evidence for a verdict.
 */
export function listRegressions(
  benchmarks: readonly BenchmarkReport[],
  verdict: 'regressed' | 'inconclusive' = 'regressed',
): Regression[] {
  return benchmarks
    .flatMap((benchmark) => Object.values(benchmark.metrics).map((metric) => ({ benchmark, metric })))
    .filter(({ metric }) => metric.verdict === verdict && (verdict === 'regressed' || metric.severity !== null))
    .sort((a, b) => rank(a.metric) - rank(b.metric) || slowdown(b.metric) - slowdown(a.metric))
}

/** The four lines that name a regression; their wording is a contract that other tools read. */
export function regressionBlock({ benchmark, metric }: Regression, key = benchmark.key): string[] {
  return [
    `${(metric.severity ?? 'low').toUpperCase()}: ${key} - ${metric.title}`,
    `Baseline: ${inUnit(metric.old, metric.unit)}`,
    `Current: ${inUnit(metric.new, metric.unit)}`,
    `Regression: ${regressionSize(metric)}`,
  ]
}

function inUnit(value: number | null, unit: string): string {
  if (value === null) return '–'
  return unit === 'ns' ? formatMilliseconds(value / 1e6) : formatInUnit(value, unit)
}

function regressionSize({ ratio, unit, old, new: current }: MetricComparison): string {
  const percent = unit === '%' || ratio === null ? (current ?? 0) - (old ?? 0) : (ratio - 1) * 100
  return `${percent >= 0 ? '+' : ''}${percent.toFixed(1)}${unit === '%' ? ' percentage points' : '%'}`
}

function rank({ severity }: MetricComparison): number {
  return severity === null ? 4 : severityRank[severity]
}

function slowdown({ ratio, direction }: MetricComparison): number {
  if (ratio === null || ratio <= 0) return 0
  return Math.abs(Math.log(direction === 'lower' ? ratio : 1 / ratio))
}
