import type { FnOptions } from 'tinybench'
import type { BenchResult } from 'vitest'
import type { ResolvedOptions, ResolvedTarget } from '../options.ts'
import type { Measurement } from '../run/measurement.ts'
import type { Metric } from '../run/metric.ts'

type MaybePromise<T> = T | Promise<T>

/** Facts about a case for the results file: `task_type`, `complexity`, `selected_model`, … */
export type Metadata = Record<string, string | number | boolean | null>

/** What a measurement showed, for figures that are derived from it. */
export type Measured = Pick<Measurement, 'metrics' | 'probes' | 'load'>

/** What `bench(name, options, fn)` understands beyond Vitest's own options when our provider measures. */
export interface VerdictBenchOptions {
  /** Long name of the category, e.g. `model_selection_speed`. */
  category?: string
  /** How the results file names an iteration, e.g. `Simple code generation`; the benchmark's name when absent. */
  title?: string
  /** A function is asked once, after the measurement. */
  metadata?: Metadata | (() => MaybePromise<Metadata>)
  /** Figures of the user's own (hit rate, accuracy, …), asked for once, after the measurement; told what it showed. */
  metrics?: (measured: Measured) => MaybePromise<Record<string, Metric>>
  /** Practical threshold of this benchmark, per cent; the plugin's when absent. */
  threshold?: number
  /** Sends load instead of calling in a loop. */
  load?: LoadOptions
  /** Time to measure, ms. Given here it is spent in full; the plugin's `time` is only the most that may be spent. */
  time?: number
  /**
   * Rounds to measure (calls, where they are timed singly). Given here it is exact; with `time`, both are reached. The probes
   * then call the function no further, unless `memoryTracking` or `profiling` is set beside it.
   */
  iterations?: number
  /** Untimed time before measuring, ms. */
  warmupTime?: number
  /** Untimed calls before measuring, at the least. */
  warmupIterations?: number
  /** Whether the heap is watched; the plugin's `memoryTracking` when absent. */
  memoryTracking?: boolean
  /** Whether a CPU profile is taken; the plugin's `profiling` when absent. */
  profiling?: boolean
}

/** Limits that count a request as good; all must be met. */
export interface LoadTargets {
  /** Longest latency of a good request, ms. */
  latencyMs?: number
  /** Highest share of failures of a step, 0 to 1; above it the step counts as broken. Default 0.01. */
  errorRate?: number
}

interface LoadBase {
  /** Stop at the first failure. Default false: failures are counted by kind. */
  failFast?: boolean
  /** A request that has not settled by then counts as failed with kind `TimeoutError`, ms. Default 30,000. */
  timeout?: number
  targets?: LoadTargets
  /** Seed of the arrivals; the same seed sends at the same instants. Default 1. */
  seed?: number
}

/** So many requests at a time, the next when one is done. */
export interface ClosedLoad extends LoadBase {
  /** Requests at once; the plugin's `concurrent` when absent. */
  concurrency?: number
  /** Requests in all. One of `requests` and `duration` ends the run, the first to be reached. */
  requests?: number
  /** Time to send, ms. */
  duration?: number
}

/** Requests fall due whether or not earlier ones are done; latency counts from the due instant. */
export interface OpenLoad extends LoadBase {
  /** Requests per second. */
  rate: number
  /** Time to send, ms. */
  duration: number
  /** Distances between arrivals: exponential (default), all equal, or gamma with `burstiness`. */
  arrivals?: 'poisson' | 'constant' | 'gamma'
  /** Shape of the gamma distances: 1 is Poisson, below 1 comes in bursts, above 1 is more regular. Default 0.5. */
  burstiness?: number
  /** Requests at once; what falls due beyond is dropped and counted. Default 10,000. */
  maxInFlight?: number
}

/** Rising (or falling) levels, one after the other, to find where the system breaks and how it recovers. */
export interface SteppedLoad extends LoadBase {
  /** Requests per second (`open`) or at once (`closed`) of each step. */
  steps: number[]
  /** What the levels mean. Default `open`. */
  model?: 'open' | 'closed'
  /** Time of each step, ms. */
  duration: number
  arrivals?: OpenLoad['arrivals']
  burstiness?: number
  maxInFlight?: number
}

export type LoadOptions = ClosedLoad | OpenLoad | SteppedLoad

/** The per-benchmark options as a provider receives them: tinybench's hooks and ours. */
export type BenchmarkOptions = FnOptions & VerdictBenchOptions

declare module 'vitest' {
  interface BenchFnOptions extends VerdictBenchOptions {}
  interface TaskMeta {
    /** What our provider measured in this test, in the order of its calls. */
    verdict?: Measurement[]
  }
  interface ProvidedContext {
    /** The plugin's options for the provider in the worker. */
    vitestVerdict: ResolvedOptions
    /** What is to be measured instead of the reference orchestrator; null for that one. */
    vitestVerdictTarget: ResolvedTarget | null
    /**
     * Absolute paths of the baseline file and of the folder that files are named from; null where something else is compared
     * with.
     */
    vitestVerdictBaseline: { path: string; root: string } | null
  }
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /**
     * Asserts that a benchmark is reliably faster than another: the whole interval, from the rounds and not from raw means, has
     * to say so. It speaks of this process only; sessions are judged by the reporter.
     *
     * @param options `by`: how much longer the other has to take at the least, per cent; 0 when absent
     * @example
     * const result = await bench.compare(bench('new', next), bench('old', previous))
     * expect(result.get('new')).toBeReliablyFasterThan(result.get('old'), { by: 10 })
     */
    toBeReliablyFasterThan: (other: BenchResult, options?: { by?: number }) => R
    /**
     * Asserts that a benchmark is not reliably slower than its baseline by more than the threshold. It speaks of this session
     * only. Without a baseline it holds, and says on the console how to accept one.
     *
     * @param options `threshold`: per cent; the benchmark's own, else the plugin's, when absent
     * @example
     * const result = await bench('parse', parse).run()
     * expect(result).toMeetBaseline({ threshold: 20 })
     */
    toMeetBaseline: (options?: { threshold?: number }) => R
  }
}
