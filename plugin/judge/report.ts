import type { Warning } from '../run/measurement.ts'
import type { Direction } from '../run/metric.ts'

export type Verdict = 'regressed' | 'improved' | 'unchanged' | 'inconclusive' | 'no-baseline'
export type Severity = 'critical' | 'high' | 'medium' | 'low'

/** The answer to "did this get slower?", computed once; every output format says it in its own way. */
export interface Report {
  version: 1
  run: { id: string; startedAt: string; sessions: number; machineClass: string; commit: string | null }
  baseline: BaselineState
  /** Worst of the benchmarks' verdicts: regressed > inconclusive > improved > unchanged. */
  verdict: Verdict
  /** 0, 1 (regression at or above `failOn`, or a failed benchmark) or 2 (inconclusive under `strict`). */
  exitCode: 0 | 1 | 2
  failOn: Severity
  threshold: number
  benchmarks: BenchmarkReport[]
  failures: { key: string; session: number; error: string }[]
  /** Tests that measured nothing, and why. */
  skipped: { key: string; reason: string }[]
  warnings: Warning[]
}

export type BaselineState =
  | { kind: 'none'; expectedPath: string | null }
  | { kind: 'incompatible'; path: string; reason: string }
  | {
      kind: 'compared'
      path: string
      runs: number
      commit: string | null
      acceptedAt: string | null
      /** The version that the run was measured in turns with, where that took the place of a baseline; `path` is the same. */
      ref?: string
    }

export interface BenchmarkReport {
  /** Stable key: `<category>_<case>`, or file, test and name for benchmarks without a category. */
  key: string
  name: string
  category: string | null
  status: 'compared' | 'new' | 'removed'
  verdict: Verdict
  severity: Severity | null
  /** By metric name; the form that `compare --format json` prints. */
  metrics: Record<string, MetricComparison>
  /** Figures of this run alone; null for a removed benchmark. */
  statistics: BenchmarkStatistics | null
  warnings: Warning[]
}

/**
 * `ratio` and `interval` are new/old. `old` is the baseline's level at the speed the machine has today (calibrated, where the
 * runs measured that), so that `new / old` is `ratio`. For rates `old` and `new` are per cent, and `difference` has the
 * interval in percentage points.
 */
export interface MetricComparison {
  title: string
  unit: string
  direction: Direction
  gate: boolean
  old: number | null
  new: number | null
  ratio: number | null
  interval: [low: number, high: number] | null
  /** Of rates only: `new − old`, percentage points. */
  difference?: { low: number; estimate: number; high: number }
  /** Sessions on each side. */
  n: [old: number, new: number]
  verdict: Verdict
  /**
   * Of a regression; also of an `inconclusive` where the baseline has no sessions to judge by, as advice.
   */
  severity: Severity | null
  /** Smallest slowdown this comparison could have found with 80 % power, per cent; null where none can be given. */
  detectable: number | null
  warnings: Warning[]
}

/** Over the judged sessions of one run; durations in ms. */
export interface BenchmarkStatistics {
  sessions: number
  iterations: number
  /** Calls that succeeded and failed, in sessions that failed or did not finish as well. */
  succeeded: number
  failed: number
  averageMs: number
  minimumMs: number
  maximumMs: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
  averageMemoryMb: number | null
  peakMemoryMb: number | null
  /** Per cent of `succeeded` and `failed`. */
  successRate: number
  throughputPerSecond: number | null
  /** Relative spread of the session medians (their half-interval over their centre), per cent; null below 4 sessions. */
  spreadPercent: number | null
}
