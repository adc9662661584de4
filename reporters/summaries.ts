import { judgedSessions } from '../plugin/judge/judged-sessions.ts'
import type { BenchmarkStatistics, Report } from '../plugin/judge/report.ts'
import type { Metric } from '../plugin/run/metric.ts'
import type { Run, Session } from '../plugin/run/run.ts'

/** Statistics of one case over all its sessions; field names are a contract. */
export interface Summary {
  /** Repeats the case key. */
  category: string
  total_runs: number
  successful_runs: number
  failed_runs: number
  avg_duration_ms: number
  min_duration_ms: number
  max_duration_ms: number
  p50_duration_ms: number
  p95_duration_ms: number
  p99_duration_ms: number
  avg_memory_mb: number | null
  peak_memory_mb: number | null
  /** Per cent. */
  success_rate: number
  /** Per cent. */
  error_rate: number
  throughput_per_second?: number
  /** Other metrics of the benchmark, means over the sessions, in the unit of their name in `units`. */
  metrics: Record<string, { value: number; unit: string }>
  /** One entry per fresh process: what makes this file a baseline. */
  sessions: { log_median_ms: number; n: number }[]
}

/** What `benchmark_summaries_*.json` holds: a map from case key to its summary. */
export function toSummaries(run: Run, report: Report): Record<string, Summary> {
  const statistics = new Map(report.benchmarks.map((benchmark) => [benchmark.key, benchmark.statistics]))
  return Object.fromEntries(
    run.benchmarks.flatMap((benchmark) => {
      const { key } = benchmark
      const figures = statistics.get(key)
      return figures ? [[key, summarise(key, judgedSessions(benchmark), figures)] as const] : []
    }),
  )
}

function summarise(key: string, sessions: readonly Session[], figures: BenchmarkStatistics): Summary {
  return {
    category: key,
    total_runs: figures.iterations,
    successful_runs: figures.succeeded,
    failed_runs: figures.failed,
    avg_duration_ms: figures.averageMs,
    min_duration_ms: figures.minimumMs,
    max_duration_ms: figures.maximumMs,
    p50_duration_ms: figures.p50Ms,
    p95_duration_ms: figures.p95Ms,
    p99_duration_ms: figures.p99Ms,
    avg_memory_mb: figures.averageMemoryMb,
    peak_memory_mb: figures.peakMemoryMb,
    success_rate: figures.successRate,
    error_rate: 100 - figures.successRate,
    ...(figures.throughputPerSecond === null ? {} : { throughput_per_second: figures.throughputPerSecond }),
    metrics: averageMetrics(sessions.map((session) => session.metrics)),
    sessions: sessions.flatMap((session) => {
      const median = session.metrics.duration_median
      if (median?.kind !== 'quantity' || median.value <= 0) return []
      return [{ log_median_ms: Math.log(median.value / 1e6), n: session.iterations }]
    }),
  }
}

function averageMetrics(sessions: readonly Record<string, Metric>[]): Summary['metrics'] {
  const names = new Set(sessions.flatMap((metrics) => Object.keys(metrics)))
  return Object.fromEntries(
    [...names].sort().map((name) => {
      const metrics = sessions.flatMap((session) => session[name] ?? [])
      const values = metrics.map((metric) =>
        metric.kind === 'rate' ? (100 * metric.numerator) / Math.max(1, metric.denominator) : metric.value,
      )
      const value = values.reduce((sum, each) => sum + each, 0) / values.length
      return [name, { value, unit: metrics[0]?.unit ?? '1' }]
    }),
  )
}
