import type { LoadResult, LoadStep } from '../../run/measurement.ts'
import type { Metric, Quantity } from '../../run/metric.ts'

/** The built-in metrics that a load has beside its durations. */
export function loadMetrics({ goodputPerSecond, recoveryMs, steps }: LoadResult): Record<string, Metric> {
  return {
    ...(steps !== undefined && stepMetrics(steps)),
    ...(goodputPerSecond !== undefined && {
      goodput: {
        kind: 'quantity',
        title: 'Goodput',
        direction: 'higher',
        gate: false,
        value: Math.max(goodputPerSecond, leastRate),
        unit: '1/s',
      },
    }),
    ...(recoveryMs != null && {
      recovery_time: {
        kind: 'quantity',
        title: 'Recovery Time',
        direction: 'lower',
        gate: false,
        value: Math.max(1, recoveryMs * 1e6),
        unit: 'ns',
      },
    }),
  }
}

/** What decides about a load in steps: how long a request takes at the first level, and the most that came through at any. */
export function stepMetrics(steps: readonly LoadStep[]): Record<string, Quantity> {
  const first = steps[0]
  if (first === undefined) return {}
  const most = Math.max(...steps.map(({ throughputPerSecond }) => throughputPerSecond))
  return {
    ...(first.p50Ms > 0 && {
      duration_first_step: {
        kind: 'quantity',
        title: 'Median Duration at the First Level',
        direction: 'lower',
        gate: true,
        value: first.p50Ms * 1e6,
        unit: 'ns',
      },
    }),
    max_throughput: {
      kind: 'quantity',
      title: 'Maximum Throughput',
      direction: 'higher',
      gate: true,
      value: Math.max(most, leastRate),
      unit: '1/s',
    },
  }
}

/** Rates are compared as ratios, where 0 has no place: one request an hour is as good as none. */
const leastRate = 1 / 3600
