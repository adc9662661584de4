import type { Probes } from '../../plugin/run/measurement.ts'
import type { Metric } from '../../plugin/run/metric.ts'
import { type Benchmark, type Run, runFormat, runVersion, type Session } from '../../plugin/run/run.ts'
import { normal, seededRandom } from './random.ts'

export interface BenchmarkSketch {
  key: string
  category?: string | null
  medianMs: number
  /** Standard deviation of the logarithm of one call. */
  spread?: number
  /** Share of calls that take `tailFactor` times as long. */
  tailShare?: number
  tailFactor?: number
  sessions?: number
  samples?: number
  /** Failed calls per session. */
  failed?: number
  failures?: Record<string, number>
  memoryMb?: { average: number; peak: number }
  metrics?: Record<string, Metric>
  metadata?: Session['metadata']
  probes?: Probes
  load?: Session['load']
  title?: string
  file?: string
  name?: string
}

/** A benchmark as if measured: samples from a log-normal distribution, the same for the same key. */
export function makeBenchmark(sketch: BenchmarkSketch): Benchmark {
  const { key, category = 'model_selection_speed', sessions = 6 } = sketch
  return {
    key,
    name: sketch.name ?? key,
    category,
    file: sketch.file ?? 'bench/made.bench.ts',
    project: '',
    test: sketch.name ?? key,
    tags: [],
    sessions: Array.from({ length: sessions }, (_, index) => makeSession(sketch, index + 1)),
  }
}

function makeSession(sketch: BenchmarkSketch, session: number): Session {
  const { key, medianMs, spread = 0.05, tailShare = 0, tailFactor = 8, samples = 100, failed = 0 } = sketch
  const random = seededRandom([...key].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) | 0, 7 + session))
  const level = medianMs * 1e6 * Math.exp(0.01 * normal(random))
  const samplesNs = Array.from({ length: samples }, () => {
    const slow = random() < tailShare ? tailFactor : 1
    return Math.round(level * slow * Math.exp(spread * normal(random)) * 10) / 10
  })
  const ascending = samplesNs.toSorted((a, b) => a - b)
  const at = (share: number) => ascending[Math.min(samples - 1, Math.floor(share * samples))]!
  const quantity = (title: string, value: number, unit: 'ns' | 'B'): Metric => ({
    kind: 'quantity',
    title,
    value,
    unit,
    direction: 'lower',
    gate: true,
  })
  const duration = (title: string, value: number) => quantity(title, value, 'ns')
  const size = (title: string, value: number) => quantity(title, value, 'B')
  const mean = samplesNs.reduce((sum, value) => sum + value, 0) / samples
  const memory = sketch.memoryMb
  return {
    session,
    name: sketch.name ?? key,
    ...(sketch.title === undefined ? {} : { title: sketch.title }),
    call: 0,
    ...(sketch.category === null ? {} : { category: sketch.category ?? 'model_selection_speed' }),
    engine: sketch.load === undefined ? 'latency' : 'load',
    process: { pid: 1000 + session, threadId: 0 },
    startedAt: `2026-11-24T09:0${session % 10}:00.000Z`,
    tookMs: (mean * samples) / 1e6,
    status: 'complete',
    batchSize: 1,
    iterations: samples,
    samplesNs,
    droppedSamples: 0,
    failedSamples: Array.from({ length: Math.min(failed, samples) }, (_, index) => index),
    succeeded: samples - failed,
    failed,
    failures: sketch.failures ?? (failed === 0 ? {} : { Error: failed }),
    metrics: {
      duration_median: duration('Median Duration', at(0.5)),
      duration_mean: duration('Average Duration', mean),
      duration_p95: duration('P95 Duration', at(0.95)),
      duration_p99: duration('P99 Duration', at(0.99)),
      success_rate: {
        kind: 'rate',
        title: 'Success Rate',
        numerator: samples - failed,
        denominator: samples,
        unit: '%',
        direction: 'higher',
        gate: true,
      },
      ...(memory === undefined
        ? {}
        : {
            memory_average: size('Average Memory', memory.average * 1e6),
            memory_peak: size('Peak Memory', memory.peak * 1e6),
          }),
      ...sketch.metrics,
    },
    metadata: sketch.metadata ?? {},
    clockStepNs: 42,
    warnings: [],
    probes: sketch.probes ?? {},
    ...(sketch.load === undefined ? {} : { load: sketch.load }),
  }
}

/** How a run was configured to be judged, as it is recorded. */
export const recordedPolicy = {
  failOn: 'critical',
  strict: false,
  severity: { medium: 10, high: 25, critical: 50 },
  baseline: null,
  partial: false,
} as const satisfies Run['options']['policy']

/** A complete run of these benchmarks on a made-up machine. */
export function makeRun(benchmarks: Benchmark[], changes: Partial<Run> = {}): Run {
  return {
    format: runFormat,
    version: runVersion,
    id: '20261124_090507',
    startedAt: '2026-11-24T09:05:07.000Z',
    finishedAt: '2026-11-24T09:06:07.000Z',
    complete: true,
    environment: {
      platform: 'linux',
      arch: 'x64',
      osRelease: '6.1.0',
      cpuModel: 'Example CPU 3.0 GHz',
      cpus: 2,
      memoryBytes: 8e9,
      limits: { cpus: null, memoryBytes: null },
      node: 'v24.21.0',
      v8: '13.6.233',
      nodeFlags: [],
      vitest: '5.1.1',
      ci: null,
      commit: 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334',
      branch: 'main',
      dirty: false,
    },
    machineClass: 'linux-x64-2cpu-node24',
    options: {
      iterations: 100,
      warmup: 10,
      concurrent: 10,
      profiling: true,
      memoryTracking: true,
      useAnalyticalModels: true,
      analyticalModels: ['deepseek-r1-70b', 'llama-3.1-70b'],
      threshold: 5,
      sessions: 6,
      profile: 'full',
    },
    benchmarks,
    failures: [],
    warnings: [],
    ...changes,
  }
}
