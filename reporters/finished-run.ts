import type { ResolvedOptions, ResolvedTarget } from '../plugin/options.ts'
import type { Environment } from '../plugin/run/environment.ts'
import type { Warning } from '../plugin/run/measurement.ts'
import type { Benchmark, Failure, Paired, PairedWith, Run, RunOptions, Skipped } from '../plugin/run/run.ts'
import { runFormat, runVersion } from '../plugin/run/run.ts'
import { runId } from '../plugin/run/run-id.ts'
import { classOf } from '../plugin/system/class-of.ts'

export interface FinishedRun {
  options: ResolvedOptions
  /** Absolute path that files are named from. */
  root: string
  environment: Environment
  startedAt: Date
  finishedAt: Date
  interrupted: boolean
  /** Whether a filter left benchmarks out. */
  partial: boolean
  sessions: number
  benchmarks: Benchmark[]
  failures: Failure[]
  skipped: Skipped[]
  warnings: Warning[]
  /** Measures benchmarks in as many fresh sessions once more; absent where nothing can be run. */
  measureAgain?: (benchmarks: readonly Benchmark[]) => Promise<Remeasured>
  /** Measures benchmarks in turns with their versions at a commit; absent where nothing can be run. */
  measurePairs?: (ref: string, benchmarks: readonly Benchmark[], extent: PairsExtent) => Promise<PairedBenchmarks>
  /** Shows the finished page to whoever followed the run. */
  show?: (html: string) => Promise<void>
  log: (text: string) => void
  terminal: { columns: number; colours: boolean }
}

export interface Remeasured {
  benchmarks: Benchmark[]
  failures: Failure[]
  interrupted: boolean
}

/** How far measuring in turns may go. */
export interface PairsExtent {
  /** Whether benchmarks are asked for times of their own too. */
  ownFigures: boolean
  /** Whether it is to confirm a baseline's word. */
  confirming: boolean
  /** Whether the commit's dependencies may be installed. */
  install: boolean
  /** Most milliseconds that sessions may take together; `Infinity` for no limit. */
  mostMs: number
}

export interface PairedBenchmarks {
  with: PairedWith
  /** Without those that the commit has nothing of. */
  paired: ReadonlyMap<Benchmark, Paired>
  /** What went wrong, a sentence each. */
  problems: readonly string[]
}

/** The record of everything that was measured. */
export function toRun(finished: FinishedRun): Run {
  const { options, environment, startedAt, benchmarks } = finished
  const { iterations, warmup, concurrent, profiling, memoryTracking, useAnalyticalModels, analyticalModels } = options
  const { threshold, profile } = options
  return {
    format: runFormat,
    version: runVersion,
    id: runId(startedAt),
    startedAt: startedAt.toISOString(),
    finishedAt: finished.finishedAt.toISOString(),
    complete:
      !finished.interrupted &&
      benchmarks.every(({ sessions }) => sessions.every(({ status }) => status === 'complete')),
    environment,
    machineClass: classOf(options, environment),
    options: {
      iterations,
      warmup,
      concurrent,
      profiling,
      memoryTracking,
      useAnalyticalModels,
      analyticalModels,
      threshold,
      sessions: finished.sessions,
      profile,
      policy: {
        failOn: options.failOn,
        strict: options.strict,
        severity: options.severity,
        baseline: options.baseline,
        partial: finished.partial,
        ...(options.targets === null ? {} : { targets: options.targets }),
        failOnTarget: options.failOnTarget,
      },
      ...(options.target === null ? {} : { target: withoutHeaders(options.target) }),
    },
    benchmarks,
    failures: finished.failures,
    skipped: finished.skipped,
    warnings: finished.warnings,
  }
}

function withoutHeaders(target: ResolvedTarget): NonNullable<RunOptions['target']> {
  if (target.kind === 'module') return { module: target.path }
  const { api, url, model } = target
  return { api, url, model }
}
