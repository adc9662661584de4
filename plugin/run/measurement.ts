import type { Metric } from './metric.ts'

/**
 * What one benchmark did in one session: the plain data that crosses from the Vitest worker to the main process in
 * `test.meta.verdict` (a list, in the order of the provider's calls). All times in nanoseconds unless the name says otherwise.
 */
export interface Measurement {
  /** The name given to `bench(name, …)`. */
  name: string
  /** Number of the provider call within the test, from 0; the members of one `bench.compare` share it. */
  call: number
  /** Long name of the category (`model_selection_speed`), when the benchmark gives one. */
  category?: string
  /** How the results file names an iteration, e.g. `Simple code generation`; the name when absent. */
  title?: string
  /** Practical threshold of this benchmark, per cent, when it sets its own. */
  threshold?: number
  engine: 'latency' | 'load'
  process: { pid: number; threadId: number }
  /** ISO 8601. */
  startedAt: string
  /** Wall-clock milliseconds spent on this benchmark, warm-up and probes included. */
  tookMs: number
  status: 'complete' | 'incomplete' | 'failed'
  error?: string
  /** Function calls per round (1 when iterations are timed singly). */
  batchSize: number
  /** Timed function calls in all rounds, those not kept included. */
  iterations: number
  /** Time per iteration of each kept round, in time order, overheads subtracted. */
  samplesNs: number[]
  /** Rounds measured but not kept in `samplesNs`. */
  droppedSamples: number
  /** Failed iterations among the kept samples, as indices into `samplesNs`. */
  failedSamples: number[]
  succeeded: number
  failed: number
  /** Count of failures by kind, e.g. `{ 'TimeoutError': 3 }`. */
  failures: Record<string, number>
  /** By name; see `BuiltInMetricName` for those that the engines fill. */
  metrics: Record<string, Metric>
  /** `case`-level facts for the results file: `task_type`, `complexity`, `selected_model`, … */
  metadata: Record<string, string | number | boolean | null>
  /** Smallest step the clock showed, ns. */
  clockStepNs: number
  /** Lower quartile of the times of each calibration kernel around this benchmark, ns per call. Absent where it was switched off. */
  calibrationNs?: Calibration
  /**
   * Processors that this process kept busy while it was measured, on average, harness included; of a comparison, for all its members
   * together. The rest of the time it waited for others.
   */
  processorsUsed?: number
  warnings: Warning[]
  /** What the probes saw; each absent where the platform lacks it or the option switched it off. */
  probes: Probes
  /** What the load engine saw. */
  load?: LoadResult
}

/** The five kernels of VERDICT.md, "Stored baseline". */
export interface Calibration {
  integer: number
  float: number
  string: number
  allocation: number
  map: number
}

/** A doubt about the data. `code` is stable, `text` says what to do next. */
export interface Warning {
  code: string
  text: string
}

export interface Probes {
  memory?: {
    heapAverageBytes: number
    heapPeakBytes: number
    rssAverageBytes: number
    rssPeakBytes: number
    externalPeakBytes: number
    bytesPerOperation?: number
  }
  gc?: { count: number; pauseTotalMs: number; pauseMaxMs: number }
  cpu?: {
    userMicros: number
    systemMicros: number
    microsPerOperation: number
    percentOfCore: number
    /** Busiest tenth of a second, where CPU was watched over time. */
    peakPercentOfCore?: number
  }
  eventLoop?: { delayMeanMs: number; delayP99Ms: number; delayMaxMs: number; utilization: number }
  /** The process under load, interval by interval: CPU on average, the others at their highest. */
  overTime?: {
    atMs: number
    durationMs: number
    percentOfCore: number
    rssBytes: number
    heapBytes: number
    eventLoopDelayMaxMs: number
    /** The longest delay without the time that the thread waited for a processor; absent where the system does not tell (Linux does). */
    eventLoopHeldMaxMs?: number
  }[]
  /** Functions by self time, most first. */
  profile?: { file?: string; top: { name: string; url: string; line: number; selfPercent: number }[] }
}

export interface LoadResult {
  model: 'closed' | 'open' | 'steps'
  requests: number
  succeeded: number
  failed: number
  dropped: number
  durationMs: number
  throughputPerSecond: number
  goodputPerSecond?: number
  inFlightMax: number
  /** How late the generator itself was, ms. */
  scheduleLag?: { p50Ms: number; p99Ms: number; maxMs: number }
  /** Requests completed in each interval. */
  timeline: { atMs: number; completed: number; failed: number; inFlight: number; p95Ms: number | null }[]
  steps?: LoadStep[]
  /** First step whose p95 or error rate broke its target; null when none did. */
  breakingPoint?: number | null
  saturation?: { at: number | null; method: string }
  recoveryMs?: number | null
}

export interface LoadStep {
  /** Requests per second (open) or concurrent requests (closed). */
  level: number
  requests: number
  failed: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
  throughputPerSecond: number
}
