import type { Metric } from '../run/metric.ts'
import type { Session } from '../run/run.ts'
import { halfWidth } from '../statistics/estimate.ts'
import { mean } from '../statistics/mean.ts'
import { quantileOfSorted } from '../statistics/quantile.ts'
import { sorted } from '../statistics/sorted.ts'
import { pairedYuen } from '../statistics/yuen.ts'
import { own } from './own.ts'
import type { BenchmarkStatistics } from './report.ts'

/** One-sided error of the spread shown beside a median: the customary 95 % interval. */
const spreadAlpha = 0.025

/**
 * Figures of one benchmark; null when nothing was measured.
 * @param sessions those that durations and memory are taken from
 * @param attempted those that successes and failures are counted in: all but the screening ones, also what ended badly. A session
 * that failed counts at least one failure, for what brought it down may have been no call that was counted.
 */
export function benchmarkStatistics(
  sessions: readonly Session[],
  attempted: readonly Session[] = sessions,
): BenchmarkStatistics | null {
  const samplesMs = sorted(sessions.flatMap(({ samplesNs }) => samplesNs.map((ns) => ns / 1e6)))
  if (samplesMs.length === 0) return null
  const total = (pick: (session: Session) => number) => sessions.reduce((sum, session) => sum + pick(session), 0)
  const succeeded = attempted.reduce((sum, session) => sum + session.succeeded, 0)
  const failed = attempted.reduce((sum, { status, failed }) => sum + Math.max(failed, status === 'failed' ? 1 : 0), 0)
  const averageMs = meanOf(sessions, 'duration_mean')
  const memoryAverage = average(sessions.flatMap(({ probes }) => probes.memory?.heapAverageBytes ?? []))
  const memoryPeak = sessions.flatMap(({ probes }) => probes.memory?.heapPeakBytes ?? [])
  return {
    sessions: sessions.length,
    iterations: total((session) => session.iterations),
    succeeded,
    failed,
    averageMs: averageMs === null ? mean(samplesMs) : averageMs / 1e6,
    minimumMs: samplesMs[0]!,
    maximumMs: samplesMs[samplesMs.length - 1]!,
    p50Ms: quantileOfSorted(samplesMs, 0.5),
    p95Ms: quantileOfSorted(samplesMs, 0.95),
    p99Ms: quantileOfSorted(samplesMs, 0.99),
    averageMemoryMb: memoryAverage === null ? megabytes(meanOf(sessions, 'memory_average')) : megabytes(memoryAverage),
    peakMemoryMb:
      memoryPeak.length > 0 ? megabytes(Math.max(...memoryPeak)) : megabytes(meanOf(sessions, 'memory_peak')),
    successRate: succeeded + failed > 0 ? (100 * succeeded) / (succeeded + failed) : 100,
    throughputPerSecond: meanOf(sessions, 'throughput'),
    spreadPercent: spreadPercent(sessions),
  }
}

function spreadPercent(sessions: readonly Session[]): number | null {
  const logs = values(sessions, 'duration_median').map(Math.log)
  const estimate = logs.every(Number.isFinite) ? pairedYuen(logs) : null
  return estimate === null ? null : Math.expm1(halfWidth(estimate, spreadAlpha)) * 100
}

/** Mean over the sessions; null where none has it. */
function meanOf(sessions: readonly Session[], name: string): number | null {
  return average(values(sessions, name))
}

function values(sessions: readonly Session[], name: string): number[] {
  return sessions.flatMap(({ metrics }) => {
    const metric: Metric | undefined = own(metrics, name)
    return metric === undefined || metric.kind === 'rate' ? [] : [metric.value]
  })
}

function average(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : mean(numbers)
}

function megabytes(bytes: number | null): number | null {
  return bytes === null ? null : bytes / 1e6
}
