import { z } from 'zod'
import type { Environment } from './environment.ts'
import type { Calibration, LoadResult, Measurement, Probes, Warning } from './measurement.ts'
import type { Metric } from './metric.ts'
import { recordSchema } from './record-schema.ts'
import {
  type Benchmark,
  type Paired,
  type PairedFigure,
  type PairedWith,
  type Run,
  type RunOptions,
  runFormat,
  runVersion,
  type Session,
} from './run.ts'

const count = z.int().nonnegative()
const finite = z.number()
const unit = z.enum(['ns', 'B', '1/s', '%', '1'])
const metricBase = { title: z.string(), direction: z.enum(['lower', 'higher']), gate: z.boolean() }

const metric = z.discriminatedUnion('kind', [
  z.object({ ...metricBase, kind: z.literal('quantity'), value: finite, unit, partOf: z.string().exactOptional() }),
  z.object({ ...metricBase, kind: z.literal('rate'), numerator: finite, denominator: finite, unit: z.literal('%') }),
  z.object({ ...metricBase, kind: z.literal('count'), value: finite, unit }),
]) satisfies z.ZodType<Metric>

const warning = z.object({ code: z.string(), text: z.string() }) satisfies z.ZodType<Warning>

const calibration = z.object({
  integer: finite,
  float: finite,
  string: finite,
  allocation: finite,
  map: finite,
}) satisfies z.ZodType<Calibration>

const probes = z.object({
  memory: z
    .object({
      heapAverageBytes: finite,
      heapPeakBytes: finite,
      rssAverageBytes: finite,
      rssPeakBytes: finite,
      externalPeakBytes: finite,
      bytesPerOperation: finite.exactOptional(),
    })
    .exactOptional(),
  gc: z.object({ count, pauseTotalMs: finite, pauseMaxMs: finite }).exactOptional(),
  cpu: z
    .object({
      userMicros: finite,
      systemMicros: finite,
      microsPerOperation: finite,
      percentOfCore: finite,
      peakPercentOfCore: finite.exactOptional(),
    })
    .exactOptional(),
  eventLoop: z
    .object({ delayMeanMs: finite, delayP99Ms: finite, delayMaxMs: finite, utilization: finite })
    .exactOptional(),
  overTime: z
    .array(
      z.object({
        atMs: finite,
        durationMs: finite,
        percentOfCore: finite,
        rssBytes: finite,
        heapBytes: finite,
        eventLoopDelayMaxMs: finite,
        eventLoopHeldMaxMs: finite.exactOptional(),
      }),
    )
    .exactOptional(),
  profile: z
    .object({
      file: z.string().exactOptional(),
      top: z.array(z.object({ name: z.string(), url: z.string(), line: finite, selfPercent: finite })),
    })
    .exactOptional(),
}) satisfies z.ZodType<Probes>

const load = z.object({
  model: z.enum(['closed', 'open', 'steps']),
  requests: count,
  succeeded: count,
  failed: count,
  dropped: count,
  durationMs: finite,
  throughputPerSecond: finite,
  goodputPerSecond: finite.exactOptional(),
  inFlightMax: count,
  scheduleLag: z.object({ p50Ms: finite, p99Ms: finite, maxMs: finite }).exactOptional(),
  timeline: z.array(
    z.object({ atMs: finite, completed: count, failed: count, inFlight: count, p95Ms: finite.nullable() }),
  ),
  steps: z
    .array(
      z.object({
        level: finite,
        requests: count,
        failed: count,
        p50Ms: finite,
        p95Ms: finite,
        p99Ms: finite,
        throughputPerSecond: finite,
      }),
    )
    .exactOptional(),
  breakingPoint: finite.nullable().exactOptional(),
  saturation: z.object({ at: finite.nullable(), method: z.string() }).exactOptional(),
  recoveryMs: finite.nullable().exactOptional(),
}) satisfies z.ZodType<LoadResult>

const measurement = z.object({
  name: z.string(),
  call: count,
  category: z.string().exactOptional(),
  title: z.string().exactOptional(),
  threshold: finite.positive().exactOptional(),
  engine: z.enum(['latency', 'load']),
  process: z.object({ pid: count, threadId: count }),
  startedAt: z.iso.datetime(),
  tookMs: finite,
  status: z.enum(['complete', 'incomplete', 'failed']),
  error: z.string().exactOptional(),
  batchSize: z.int().positive(),
  iterations: count,
  samplesNs: z.array(finite),
  droppedSamples: count,
  failedSamples: z.array(count),
  succeeded: count,
  failed: count,
  failures: recordSchema(count),
  metrics: recordSchema(metric),
  metadata: recordSchema(z.union([z.string(), finite, z.boolean(), z.null()])),
  clockStepNs: finite,
  calibrationNs: calibration.exactOptional(),
  processorsUsed: finite.exactOptional(),
  warnings: z.array(warning),
  probes,
  load: load.exactOptional(),
}) satisfies z.ZodType<Measurement>

const session = measurement.extend({
  session: z.int().positive(),
  screening: z.boolean().exactOptional(),
}) satisfies z.ZodType<Session>

const pairedWith = z.object({ ref: z.string(), commit: z.string() }) satisfies z.ZodType<PairedWith>

const pairedFigure = z
  .object({
    title: z.string(),
    unit,
    direction: z.enum(['lower', 'higher']),
    gate: z.boolean(),
    base: z.array(finite),
    head: z.array(finite),
    control: z.array(finite).exactOptional(),
  })
  .refine(({ base, head, control = base }) => base.length === head.length && base.length === control.length, {
    error: 'each version needs a value per session',
  }) satisfies z.ZodType<PairedFigure>

const paired = pairedWith.extend({ figures: recordSchema(pairedFigure) }) satisfies z.ZodType<Paired>

const benchmark = z.object({
  key: z.string().min(1),
  name: z.string(),
  category: z.string().nullable(),
  file: z.string(),
  project: z.string(),
  test: z.string(),
  tags: z.array(z.string()),
  sessions: z.array(session),
  paired: paired.exactOptional(),
}) satisfies z.ZodType<Benchmark>

const environment = z.object({
  platform: z.string(),
  arch: z.string(),
  osRelease: z.string(),
  virtual: z.boolean().exactOptional(),
  bootId: z.string().exactOptional(),
  cpuModel: z.string(),
  cpus: z.int().positive(),
  memoryBytes: finite,
  limits: z.object({ cpus: finite.nullable(), memoryBytes: finite.nullable() }),
  node: z.string(),
  v8: z.string(),
  nodeFlags: z.array(z.string()),
  vitest: z.string(),
  ci: z.string().nullable(),
  commit: z.string().nullable(),
  branch: z.string().nullable(),
  dirty: z.boolean().nullable(),
}) satisfies z.ZodType<Environment>

const runOptions = z.object({
  iterations: z.int(),
  warmup: z.int(),
  concurrent: z.int(),
  profiling: z.boolean(),
  memoryTracking: z.boolean(),
  useAnalyticalModels: z.boolean(),
  analyticalModels: z.array(z.string()),
  threshold: finite,
  sessions: z.int(),
  profile: z.enum(['full', 'quick']),
  policy: z
    .object({
      failOn: z.enum(['critical', 'high', 'medium', 'low']),
      strict: z.boolean(),
      severity: z.object({ medium: finite, high: finite, critical: finite }),
      baseline: z.string().nullable(),
      partial: z.boolean(),
      targets: z.string().exactOptional(),
      failOnTarget: z.boolean().exactOptional(),
      against: pairedWith.exactOptional(),
    })
    .exactOptional(),
  target: z
    .union([
      z.object({ api: z.enum(['openai', 'ollama']), url: z.string(), model: z.string().nullable() }),
      z.object({ module: z.string() }),
    ])
    .exactOptional(),
}) satisfies z.ZodType<RunOptions>

export { environment as environmentSchema, measurement as measurementSchema, runOptions as runOptionsSchema }

/** Schema of the `run_*.json` file. */
export const runSchema = z.object({
  format: z.literal(runFormat),
  version: z.literal(runVersion),
  id: z.string().regex(/^\d{8}_\d{6}(_\d+)?$/),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  complete: z.boolean(),
  environment,
  machineClass: z.string(),
  options: runOptions,
  benchmarks: z.array(benchmark),
  failures: z.array(z.object({ key: z.string(), session: count, error: z.string() })),
  skipped: z.array(z.object({ key: z.string(), reason: z.string() })).exactOptional(),
  warnings: z.array(warning),
}) satisfies z.ZodType<Run>
