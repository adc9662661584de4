import { z } from 'zod'
import type { Metric } from '../run/metric.ts'
import type { Benchmark, Run, Session } from '../run/run.ts'

export const historyFormat = 'vitest-verdict/history'
export const historyVersion = 1

const text = z.string()
const metricSchema = z.object({
  name: text,
  title: text,
  unit: z.enum(['ns', 'B', '1/s', '%', '1']),
  direction: z.enum(['lower', 'higher']),
  /** Median over the sessions; for rates all sessions together, in per cent. */
  value: z.number(),
  /** Standard error of the mean of the sessions' logarithms; null for rates, counts and fewer than 2 sessions. */
  logError: z.number().nullable(),
})

export const historyEntrySchema = z.object({
  format: z.literal(historyFormat),
  version: z.literal(historyVersion),
  id: text,
  startedAt: z.iso.datetime(),
  machineClass: text,
  cpuModel: text,
  node: text,
  commit: text.nullable(),
  branch: text.nullable(),
  profile: z.enum(['full', 'quick']),
  complete: z.boolean(),
  benchmarks: z.array(z.object({ key: text, category: text.nullable(), metrics: z.array(metricSchema) })),
})

/** What is remembered of a run: one figure per metric, a thousandth of its size. */
export type HistoryEntry = z.output<typeof historyEntrySchema>
export type HistoryMetric = z.output<typeof metricSchema>

/** Condenses a run; sessions that failed or only screened do not count. */
export function toHistoryEntry(run: Run): HistoryEntry {
  const { cpuModel, node, commit, branch } = run.environment
  return {
    format: historyFormat,
    version: historyVersion,
    id: run.id,
    startedAt: run.startedAt,
    machineClass: run.machineClass,
    cpuModel,
    node,
    commit,
    branch,
    profile: run.options.profile,
    complete: run.complete,
    benchmarks: run.benchmarks.map((benchmark) => ({
      key: benchmark.key,
      category: benchmark.category,
      metrics: condenseMetrics(benchmark),
    })),
  }
}

function condenseMetrics({ sessions }: Benchmark): HistoryMetric[] {
  const counted = sessions.filter(({ status, screening }) => status === 'complete' && screening !== true)
  const names = new Set(counted.flatMap(({ metrics }) => Object.keys(metrics)))
  return [...names].flatMap((name) => {
    const metrics = counted.flatMap((session) => ownMetric(session, name))
    const [first] = metrics
    if (first === undefined) return []
    const { title, unit, direction } = first
    const value = condenseValue(metrics)
    return Number.isFinite(value) ? [{ name, title, unit, direction, value, logError: logErrorOf(metrics) }] : []
  })
}

function ownMetric({ metrics }: Session, name: string): Metric[] {
  return Object.hasOwn(metrics, name) ? [metrics[name]!] : []
}

function condenseValue(metrics: readonly Metric[]): number {
  if (metrics[0]?.kind === 'rate') {
    const rates = metrics.flatMap((metric) => (metric.kind === 'rate' ? [metric] : []))
    const sum = (pick: (rate: (typeof rates)[number]) => number) => rates.reduce((total, rate) => total + pick(rate), 0)
    return sixDigits((100 * sum(({ numerator }) => numerator)) / sum(({ denominator }) => denominator))
  }
  const values = metrics.flatMap((metric) => (metric.kind === 'rate' ? [] : [metric.value])).toSorted((a, b) => a - b)
  const half = values.length >> 1
  return sixDigits(values.length % 2 === 1 ? values[half]! : (values[half - 1]! + values[half]!) / 2)
}

function logErrorOf(metrics: readonly Metric[]): number | null {
  const logs = metrics.flatMap((metric) =>
    metric.kind === 'quantity' && metric.value > 0 ? [Math.log(metric.value)] : [],
  )
  if (logs.length < 2) return null
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length
  const squares = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return sixDigits(Math.sqrt(squares / (logs.length - 1) / logs.length))
}

function sixDigits(value: number): number {
  return Number(value.toPrecision(6))
}
