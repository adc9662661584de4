import { z } from 'zod'
import { recordSchema } from '../run/record-schema.ts'
import { type Baseline, type BaselineMetric, baselineFormat, baselineVersion } from './baseline.ts'

const session = z.object({ log_median_ms: z.number(), n: z.number() })

const summary = z.looseObject({
  category: z.string(),
  total_runs: z.number(),
  successful_runs: z.number(),
  avg_duration_ms: z.number(),
  p50_duration_ms: z.number(),
  p95_duration_ms: z.number(),
  p99_duration_ms: z.number(),
  avg_memory_mb: z.number().nullish(),
  peak_memory_mb: z.number().nullish(),
  success_rate: z.number(),
  throughput_per_second: z.number().nullish(),
  sessions: z.array(session).nullish(),
})

/** Schema of `benchmark_summaries_*.json`: what reading it as a baseline needs; further fields are let pass. */
export const summariesSchema = recordSchema(summary)

const milliseconds = 1e6
const megabytes = 1e6

/**
 * Reads a summaries file as a baseline. Its `sessions` become those of the median; the other figures, and everything of an older
 * file without sessions, are single values: percentages and severities computed from them are advisory and their verdict
 * is `inconclusive`. They do not gate, unless there is nothing else.
 * @param id what to call the run, e.g. the time in the file's name
 */
export function baselineFromSummaries(summaries: z.output<typeof summariesSchema>, id: string): Baseline {
  const benchmarks = Object.entries(summaries).map(([key, each]) => {
    const sessions = each.sessions ?? []
    const judged = sessions.length > 0
    const single = (title: string, unit: BaselineMetric['unit'], value: number | null | undefined, gate = false) =>
      ({
        title,
        unit,
        direction: unit === '1/s' ? 'higher' : 'lower',
        kind: 'quantity',
        gate,
        aggregate: true,
        runs: typeof value === 'number' ? { [id]: [value] } : {},
      }) satisfies BaselineMetric
    const metrics: Record<string, BaselineMetric> = {
      duration_mean: single('Average Duration', 'ns', each.avg_duration_ms * milliseconds, !judged),
      duration_median: judged
        ? {
            title: 'Median Duration',
            unit: 'ns',
            direction: 'lower',
            kind: 'quantity',
            gate: true,
            runs: { [id]: sessions.map(({ log_median_ms }) => Math.exp(log_median_ms) * milliseconds) },
          }
        : single('Median Duration', 'ns', each.p50_duration_ms * milliseconds, true),
      duration_p95: single('P95 Duration', 'ns', each.p95_duration_ms * milliseconds),
      duration_p99: single('P99 Duration', 'ns', each.p99_duration_ms * milliseconds),
      memory_average: single('Average Memory', 'B', scaled(each.avg_memory_mb, megabytes)),
      memory_peak: single('Peak Memory', 'B', scaled(each.peak_memory_mb, megabytes)),
      success_rate: {
        title: 'Success Rate',
        unit: '%',
        direction: 'higher',
        kind: 'rate',
        gate: false,
        aggregate: true,
        runs: { [id]: [[each.successful_runs, each.total_runs]] },
      },
      throughput: single('Throughput', '1/s', each.throughput_per_second),
    }
    const name = key
    return [key, { name, category: null, since: id, calibration: {}, metrics }] as const
  })
  return {
    format: baselineFormat,
    version: baselineVersion,
    machineClass: 'unknown',
    runs: [{ id, commit: null, acceptedAt: null, environment: null, options: null }],
    benchmarks: Object.fromEntries(benchmarks),
  }
}

function scaled(value: number | null | undefined, factor: number): number | null {
  return typeof value === 'number' ? value * factor : null
}
