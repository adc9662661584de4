import type { Report } from '../../plugin/judge/report.ts'
import type { Run, Session } from '../../plugin/run/run.ts'
import { mean } from '../../plugin/statistics/mean.ts'
import { quantileOfSorted } from '../../plugin/statistics/quantile.ts'
import { sorted } from '../../plugin/statistics/sorted.ts'
import { standardDeviation } from '../../plugin/statistics/standard-deviation.ts'
import { studentTQuantile } from '../../plugin/statistics/student-t.ts'
import { wilson } from '../../plugin/statistics/wilson.ts'

/** The figures of one benchmark as the pictures show them; durations in ns, memory in bytes, shares in per cent. */
export interface ChartCase {
  key: string
  average: number
  /** 95 % interval of the average over the sessions; null below 4. */
  averageInterval: [low: number, high: number] | null
  p95: number
  /** Quantiles of all kept samples: 5, 25, 50, 75, 95 %; null without samples. */
  quantiles: [p5: number, p25: number, p50: number, p75: number, p95: number] | null
  averageMemory: number | null
  peakMemory: number | null
  successRate: number
  successInterval: [low: number, high: number]
}

const z95 = 1.959964

/** The cases of a run in its order, those without a figure left out. */
export function chartCases(run: Run, report: Report): ChartCase[] {
  const statistics = new Map(report.benchmarks.map((benchmark) => [benchmark.key, benchmark.statistics]))
  return run.benchmarks.flatMap(({ key, sessions }) => {
    const known = statistics.get(key)
    if (known === undefined || known === null || known.iterations === 0) return []
    const samples = sorted(sessions.flatMap((session) => session.samplesNs))
    const at = (share: number) => quantileOfSorted(samples, share)
    const [low, high] = wilson(known.succeeded, known.succeeded + known.failed, z95)
    return [
      {
        key,
        average: known.averageMs * 1e6,
        averageInterval: intervalOfAverage(known.averageMs * 1e6, sessions),
        p95: known.p95Ms * 1e6,
        quantiles: samples.length === 0 ? null : [at(0.05), at(0.25), at(0.5), at(0.75), at(0.95)],
        averageMemory: known.averageMemoryMb === null ? null : known.averageMemoryMb * 1e6,
        peakMemory: known.peakMemoryMb === null ? null : known.peakMemoryMb * 1e6,
        successRate: known.successRate,
        successInterval: [100 * low, 100 * high],
      },
    ]
  })
}

/** Sessions are the unit of evidence: Student's t interval of their log averages, laid around the average shown. */
function intervalOfAverage(average: number, sessions: readonly Session[]): [number, number] | null {
  const logs = sessions
    .filter(({ samplesNs }) => samplesNs.length > 0)
    .map(({ samplesNs }) => Math.log(mean(samplesNs)))
  if (logs.length < 4 || !logs.every(Number.isFinite)) return null
  const half = (studentTQuantile(0.975, logs.length - 1) * standardDeviation(logs)) / Math.sqrt(logs.length)
  return [average * Math.exp(-half), average * Math.exp(half)]
}
