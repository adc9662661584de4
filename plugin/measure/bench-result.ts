import type { BenchResult } from 'vitest'
import { mean } from '../statistics/mean.ts'
import { quantileOfSorted } from '../statistics/quantile.ts'
import { sorted } from '../statistics/sorted.ts'
import { studentTQuantile } from '../statistics/student-t.ts'
import type { SampleRecorder } from './sample-recorder.ts'

type Statistics = BenchResult['latency']

/**
 * The result in the shape of tinybench, which Vitest's tables, matchers and result files read: milliseconds and operations
 * per second, one sample per round.
 */
export function toBenchResult(
  name: string,
  recorder: SampleRecorder,
  batchSize: number,
  retainSamples: boolean,
): BenchResult {
  const latencies = sorted(recorder.samples().map((ns) => ns / 1e6))
  const latency = statisticsOf(latencies, {
    count: recorder.count,
    mean: recorder.sumNs / recorder.count / 1e6,
    variance: recorder.variance / 1e12,
    min: recorder.minNs / 1e6,
    max: recorder.maxNs / 1e6,
    tail: (share) => scale(recorder.histogramQuantile(share), 1e-6),
    retainSamples,
  })
  const throughputs = latencies.map((ms) => 1000 / ms).toReversed()
  const throughputMean = mean(throughputs)
  const throughput = statisticsOf(throughputs, {
    count: recorder.count,
    mean: throughputMean,
    variance:
      mean(throughputs.map((value) => (value - throughputMean) ** 2)) *
      (recorder.count / Math.max(1, recorder.count - 1)),
    min: 1e9 / recorder.maxNs,
    max: 1e9 / recorder.minNs,
    tail: () => undefined,
    retainSamples,
  })
  return {
    name,
    state: 'completed',
    latency,
    throughput,
    period: latency.mean,
    totalTime: (recorder.sumNs * batchSize) / 1e6,
    runtime: 'node',
    runtimeVersion: process.versions.node,
    timestampProviderName: 'performanceNow',
  }
}

interface Moments {
  count: number
  mean: number
  variance: number
  min: number
  max: number
  tail: (share: number) => number | undefined
  retainSamples: boolean
}

/** Field by field as tinybench documents them; quantiles by its type 7. */
function statisticsOf(ordered: number[], moments: Moments): Statistics {
  const { count, mean: average, variance, retainSamples } = moments
  const sd = Math.sqrt(variance)
  const sem = sd / Math.sqrt(count)
  const df = count - 1
  const critical = studentTQuantile(0.975, Math.max(1, df))
  const moe = sem * critical
  const p50 = quantileOfSorted(ordered, 0.5, 7)
  const tail = (share: number) => moments.tail(share) ?? quantileOfSorted(ordered, share, 7)
  return {
    aad: mean(ordered.map((value) => Math.abs(value - average))),
    critical,
    df,
    mad: quantileOfSorted(sorted(ordered.map((value) => Math.abs(value - p50))), 0.5, 7),
    max: moments.max,
    mean: average,
    min: moments.min,
    moe,
    p50,
    p75: quantileOfSorted(ordered, 0.75, 7),
    p99: tail(0.99),
    p995: tail(0.995),
    p999: tail(0.999),
    rme: average === 0 ? Number.POSITIVE_INFINITY : (moe / Math.abs(average)) * 100,
    samples: (retainSamples ? ordered : undefined) as Statistics['samples'],
    samplesCount: count,
    sd,
    sem,
    variance,
  }
}

function scale(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor
}
