import { matchesKey, type Target } from '../judge/targets.ts'
import type { Limit } from './trend.ts'

/** Which stored metric a statistic of the run stands for, and how many of its units make one of the statistic's. */
const metricOfStatistic: Record<string, { metric: string; factor: number }> = {
  averageMs: { metric: 'duration_mean', factor: 1e6 },
  p50Ms: { metric: 'duration_median', factor: 1e6 },
  p95Ms: { metric: 'duration_p95', factor: 1e6 },
  p99Ms: { metric: 'duration_p99', factor: 1e6 },
  successRate: { metric: 'success_rate', factor: 1 },
  throughputPerSecond: { metric: 'throughput', factor: 1 },
  peakMemoryMb: { metric: 'memory_peak', factor: 1e6 },
}

/** The limit that the targets set for a metric of a benchmark, in the metric's unit; null where they say nothing. */
export function limitOfTarget(targets: readonly Target[], key: string, metric: string): Limit | null {
  for (const { benchmark, figure, below, above } of targets) {
    if (!matchesKey(benchmark, key)) continue
    const named = metricOfStatistic[figure] ?? { metric: figure, factor: 1 }
    if (named.metric !== metric) continue
    if (below !== undefined) return { value: below * named.factor, worse: 'above' }
    if (above !== undefined) return { value: above * named.factor, worse: 'below' }
  }
  return null
}
