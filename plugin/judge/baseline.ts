import { z } from 'zod'
import type { Environment } from '../run/environment.ts'
import type { Metric } from '../run/metric.ts'
import { recordSchema } from '../run/record-schema.ts'
import type { Benchmark, Run, RunOptions } from '../run/run.ts'
import { environmentSchema, runOptionsSchema } from '../run/schema.ts'
import { calibrationLog } from './calibration.ts'
import { judgedSessions } from './judged-sessions.ts'
import { own } from './own.ts'
import type { Verdict } from './report.ts'

export const baselineFormat = 'vitest-verdict/baseline'
export const baselineVersion = 1

/**
 * Runs a baseline keeps, newest first to stay. Change points are looked for from 20 on; twice that shows a slow drift as well,
 * and bounds the file.
 */
export const runsKept = 40

/** What later runs are judged against: the session values of the runs that were accepted. One file per machine class. */
export interface Baseline {
  format: typeof baselineFormat
  version: typeof baselineVersion
  machineClass: string
  /** Oldest first. */
  runs: BaselineRun[]
  /** By key, sorted. */
  benchmarks: Record<string, BaselineBenchmark>
}

/** Where stored values come from. */
export interface BaselineRun {
  id: string
  commit: string | null
  /** ISO 8601; null where it is not known (a summaries file). */
  acceptedAt: string | null
  /** Null where it is not known (a summaries file). */
  environment: Environment | null
  options: RunOptions | null
}

export interface BaselineBenchmark {
  name: string
  category: string | null
  /** Id of the run at which the present level began: what was accepted as a change starts anew. */
  since: string
  /** By run id: one calibration log per session, or none where it was switched off. */
  calibration: Record<string, number[]>
  /** By name, sorted. */
  metrics: Record<string, BaselineMetric>
}

export interface BaselineMetric {
  title: string
  unit: Metric['unit']
  direction: Metric['direction']
  kind: Metric['kind']
  gate: boolean
  /** True where the values are no sessions but figures over a whole run (a summaries file): no verdict rests on them. */
  aggregate?: true
  /** By run id: one value per session; of a rate, successes and trials. */
  runs: Record<string, (number | [numerator: number, denominator: number])[]>
}

const sessionValue = z.union([z.number(), z.tuple([z.number(), z.number()])])

const baselineMetric = z.object({
  title: z.string(),
  unit: z.enum(['ns', 'B', '1/s', '%', '1']),
  direction: z.enum(['lower', 'higher']),
  kind: z.enum(['quantity', 'rate', 'count']),
  gate: z.boolean(),
  aggregate: z.literal(true).exactOptional(),
  runs: z.record(z.string(), z.array(sessionValue)),
}) satisfies z.ZodType<BaselineMetric>

/** Schema of `baseline/<machine class>.json`. */
export const baselineSchema = z.object({
  format: z.literal(baselineFormat),
  version: z.literal(baselineVersion),
  machineClass: z.string(),
  runs: z.array(
    z.object({
      id: z.string(),
      commit: z.string().nullable(),
      acceptedAt: z.iso.datetime().nullable(),
      environment: environmentSchema.nullable(),
      options: runOptionsSchema.nullable(),
    }),
  ),
  benchmarks: recordSchema(
    z.object({
      name: z.string(),
      category: z.string().nullable(),
      since: z.string(),
      calibration: z.record(z.string(), z.array(z.number())),
      metrics: recordSchema(baselineMetric),
    }),
  ),
}) satisfies z.ZodType<Baseline>

export interface AcceptOptions {
  /** ISO 8601. */
  acceptedAt: string
  /** What is stored so far; kept, but for the benchmarks that are accepted. */
  previous?: Baseline | null
  /** Keys to accept; all of the run when absent. */
  keys?: readonly string[]
  /** How the run was judged against `previous`: a benchmark that regressed or improved starts a new level. */
  verdicts?: ReadonlyMap<string, Verdict>
}

/**
 * Takes a run's benchmarks into a baseline. Pure; `previous` is left as it was. Accepting the same run twice changes nothing.
 * @throws Error when a key is not in the run, or has no session that can be judged, or when `previous` has no room for a run as
 * old as this one.
 */
export function toBaseline(run: Run, { acceptedAt, previous = null, keys, verdicts }: AcceptOptions): Baseline {
  const wanted = keys === undefined ? run.benchmarks.filter(hasSessions) : keys.map((key) => benchmarkOf(run, key))
  const { commit } = run.environment
  const provenance: BaselineRun = {
    id: run.id,
    commit,
    acceptedAt,
    environment: run.environment,
    options: run.options,
  }
  const runs = [...(previous?.runs.filter(({ id }) => id !== run.id) ?? []), provenance]
    .toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
    .slice(-runsKept)
  const kept = new Set(runs.map(({ id }) => id))
  if (!kept.has(run.id)) {
    throw new Error(
      `Cannot accept run ${run.id}: it is older than everything the baseline keeps, the newest ${runsKept} runs from ${runs[0]?.id} on. Accept a newer run, or remove the baseline file to begin anew with this one`,
    )
  }
  const benchmarks = new Map<string, BaselineBenchmark>()
  for (const [key, stored] of Object.entries(previous?.benchmarks ?? {})) {
    const forgetful = forget(stored, kept, runs)
    if (forgetful !== null) benchmarks.set(key, forgetful)
  }
  for (const benchmark of wanted) {
    const verdict = verdicts?.get(benchmark.key)
    const restart = verdict === 'regressed' || verdict === 'improved'
    benchmarks.set(benchmark.key, merge(run.id, benchmark, benchmarks.get(benchmark.key), restart))
  }
  const used = new Set(
    [...benchmarks.values()].flatMap(({ metrics }) =>
      Object.values(metrics).flatMap((metric) => Object.keys(metric.runs)),
    ),
  )
  return {
    format: baselineFormat,
    version: baselineVersion,
    machineClass: run.machineClass,
    runs: runs.filter(({ id }) => used.has(id)),
    benchmarks: sorted(benchmarks),
  }
}

function hasSessions(benchmark: Benchmark): boolean {
  return judgedSessions(benchmark).length > 0
}

function benchmarkOf(run: Run, key: string): Benchmark {
  const benchmark = run.benchmarks.find((each) => each.key === key)
  if (benchmark === undefined) {
    const known = run.benchmarks.map((each) => each.key).join(', ')
    throw new Error(`Cannot accept "${key}": run ${run.id} has no such benchmark. It has: ${known || 'none'}`)
  }
  if (!hasSessions(benchmark))
    throw new Error(`Cannot accept "${key}": none of its sessions in run ${run.id} was completed`)
  return benchmark
}

function merge(
  id: string,
  benchmark: Benchmark,
  stored: BaselineBenchmark | undefined,
  restart: boolean,
): BaselineBenchmark {
  const sessions = judgedSessions(benchmark)
  const calibration = sessions.flatMap(({ calibrationNs }) =>
    calibrationNs ? (calibrationLog(calibrationNs) ?? []) : [],
  )
  const metrics = new Map<string, BaselineMetric>()
  for (const name of new Set(sessions.flatMap((session) => Object.keys(session.metrics)))) {
    const present = sessions.flatMap((session) => own(session.metrics, name) ?? []).filter(hasFiniteValues)
    if (present.length === 0) continue
    const { title, unit, direction, kind, gate } = present[0]!
    const before = stored === undefined ? undefined : own(stored.metrics, name)
    const sameKind = before?.kind === kind && before.unit === unit && before.direction === direction
    metrics.set(name, {
      title,
      unit,
      direction,
      kind,
      gate,
      runs: sorted(Object.entries({ ...(sameKind ? before.runs : {}), [id]: present.map(storedValue) })),
    })
  }
  return {
    name: benchmark.name,
    category: benchmark.category,
    since: restart || stored === undefined ? id : stored.since,
    calibration: sorted(
      Object.entries({
        ...stored?.calibration,
        [id]: calibration.length === sessions.length ? calibration.map((log) => Number(log.toFixed(5))) : [],
      }),
    ),
    metrics: sorted(metrics),
  }
}

/** Drops what belongs to runs no longer kept; null when nothing is left. */
function forget(
  stored: BaselineBenchmark,
  kept: ReadonlySet<string>,
  runs: readonly BaselineRun[],
): BaselineBenchmark | null {
  const keep = <T>(record: Record<string, T>) =>
    Object.fromEntries(Object.entries(record).filter(([id]) => kept.has(id)))
  const metrics = Object.fromEntries(
    Object.entries(stored.metrics)
      .map(([name, metric]) => [name, { ...metric, runs: keep(metric.runs) }] as const)
      .filter(([, metric]) => Object.keys(metric.runs).length > 0),
  )
  if (Object.keys(metrics).length === 0) return null
  const since = kept.has(stored.since) ? stored.since : (runs[0]?.id ?? stored.since)
  return { ...stored, since, calibration: keep(stored.calibration), metrics }
}

function hasFiniteValues(metric: Metric): boolean {
  const values = metric.kind === 'rate' ? [metric.numerator, metric.denominator] : [metric.value]
  return values.every(Number.isFinite)
}

function storedValue(metric: Metric): number | [number, number] {
  if (metric.kind === 'rate') return [metric.numerator, metric.denominator]
  return metric.kind === 'count' ? metric.value : significant(metric.value)
}

/** Five significant digits: a hundredth of the best precision ever seen between sessions (0.1 %). */
function significant(value: number): number {
  return Number(value.toPrecision(5))
}

/** A record with its keys in order. `Object.fromEntries` keeps a `__proto__`, which an assignment would lose. */
function sorted<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}
