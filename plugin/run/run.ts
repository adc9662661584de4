import type { Environment } from './environment.ts'
import type { Measurement, Warning } from './measurement.ts'
import type { Unit } from './metric.ts'

export const runFormat = 'vitest-verdict/run'
export const runVersion = 1

/** Everything one run measured; the other files are derived from it. Written as `run_<id>.json`. */
export interface Run {
  format: typeof runFormat
  version: typeof runVersion
  /** Local time of the start, `YYYYMMDD_HHMMSS`; part of every file name of this run. */
  id: string
  /** ISO 8601. */
  startedAt: string
  finishedAt: string
  /** False when the run was interrupted or a benchmark ended by timeout. */
  complete: boolean
  environment: Environment
  /** Name of the baseline file this run belongs to. */
  machineClass: string
  /** The resolved options, as far as they are plain data. */
  options: RunOptions
  benchmarks: Benchmark[]
  failures: Failure[]
  /** Tests that said why they measure nothing here; absent in runs of earlier makers. */
  skipped?: Skipped[]
  warnings: Warning[]
}

export interface RunOptions {
  iterations: number
  warmup: number
  concurrent: number
  profiling: boolean
  memoryTracking: boolean
  useAnalyticalModels: boolean
  analyticalModels: string[]
  threshold: number
  sessions: number
  profile: 'full' | 'quick'
  /** How the run was judged, so that commands which read it judge alike. Absent in runs of other makers. */
  policy?: {
    failOn: 'critical' | 'high' | 'medium' | 'low'
    strict: boolean
    severity: { medium: number; high: number; critical: number }
    /** The baseline file that was configured; null for the one named after the machine class. */
    baseline: string | null
    /** Whether a filter left benchmarks out. */
    partial: boolean
    /** The file of the targets where it was configured, relative to the root. */
    targets?: string
    failOnTarget?: boolean
    /** What the run was judged against in place of a baseline; absent where it was one. */
    against?: PairedWith
  }
  /** What was measured instead of the reference: the address of a gateway and what it was asked for, or a module. */
  target?: { api: 'openai' | 'ollama'; url: string; model: string | null } | { module: string }
}

export interface Benchmark {
  /** Stable across runs: the name when it has a category, else file, test and name. */
  key: string
  name: string
  category: string | null
  /** Path relative to the project's root, with forward slashes. */
  file: string
  /** Name of the Vitest project, empty for the only one. */
  project: string
  /** Full name of the test. */
  test: string
  tags: string[]
  sessions: Session[]
  /** The same benchmark measured in turns with its version at another commit; absent where it was not. */
  paired?: Paired
}

/** A version that a benchmark was measured in turns with. */
export interface PairedWith {
  /** As it was named: a branch, a tag or a commit. */
  ref: string
  /** Full commit id. */
  commit: string
}

/** What both versions showed, session by session. */
export interface Paired extends PairedWith {
  /** By name; values in time order, in the figure's unit. */
  figures: Record<string, PairedFigure>
}

export interface PairedFigure {
  title: string
  unit: Unit
  direction: 'lower' | 'higher'
  gate: boolean
  base: number[]
  head: number[]
  /** The base once more, as a control; absent where it could not be measured. */
  control?: number[]
}

/** One fresh process: the unit of evidence. */
export interface Session extends Measurement {
  /** From 1, in time order. */
  session: number
  /** True for sessions that only screened (VERDICT.md rule 7); they are kept but not judged. */
  screening?: boolean
}

/** A test that was skipped with a reason, which benchmarks do that the system under test cannot run. */
export interface Skipped {
  /** File and full name of the test. */
  key: string
  reason: string
}

/** A test, benchmark or module that failed in one session. */
export interface Failure {
  key: string
  session: number
  error: string
}
