import type { Metric, Quantity, Rate } from '../run/metric.ts'
import { quantileOfSorted } from '../statistics/quantile.ts'
import { sorted } from '../statistics/sorted.ts'

/** What the duration metrics are computed from; times per iteration, ns. */
export interface Durations {
  samplesNs: readonly number[]
  /** Whether a sample is the average of a batch: its percentiles are then not those of single calls, and say so. */
  batched: boolean
  minNs: number
  maxNs: number
  /** Mean over long rounds; that of all rounds where there were none. */
  meanNs: number
  /** Quantile of all rounds where `samplesNs` is not all of them. */
  tail: (share: number) => number | undefined
  succeeded: number
  failed: number
  /** Iterations per second. */
  throughput: number
  /** Whether median and mean count for the verdict. */
  gate: boolean
}

/** The built-in metrics of time and success. Empty of durations when nothing was measured. */
export function durationMetrics(durations: Durations): Record<string, Metric> {
  const { samplesNs, succeeded, failed, gate } = durations
  const total = succeeded + failed
  const successRate: Rate = {
    kind: 'rate',
    title: 'Success Rate',
    direction: 'higher',
    gate: true,
    numerator: succeeded,
    denominator: total,
    unit: '%',
  }
  if (samplesNs.length === 0) return total > 0 ? { success_rate: successRate } : {}
  const ordered = sorted(samplesNs)
  const ofWhat = durations.batched ? ' of Batches' : ''
  const quantile = (share: number) => durations.tail(share) ?? quantileOfSorted(ordered, share)
  return {
    duration_median: duration('Median Duration', quantileOfSorted(ordered, 0.5), gate),
    duration_mean: duration('Average Duration', durations.meanNs, gate),
    duration_quartile: duration('Lower Quartile Duration', quantileOfSorted(ordered, 0.25)),
    duration_min: duration('Minimum Duration', durations.minNs),
    duration_max: duration('Maximum Duration', durations.maxNs),
    duration_p95: duration(`P95 Duration${ofWhat}`, quantile(0.95)),
    duration_p99: duration(`P99 Duration${ofWhat}`, quantile(0.99)),
    throughput: {
      kind: 'quantity',
      title: 'Throughput',
      direction: 'higher',
      gate: false,
      value: durations.throughput,
      unit: '1/s',
    },
    success_rate: successRate,
  }
}

function duration(title: string, value: number, gate = false): Quantity {
  return { kind: 'quantity', title, direction: 'lower', gate, value, unit: 'ns' }
}
