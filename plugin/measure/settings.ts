import type { BenchmarkOptions } from './bench-options.ts'

/** The part of the plugin's options that measuring depends on. */
export interface MeasureOptions {
  iterations: number
  warmup: number
  concurrent: number
  /** Most milliseconds per benchmark. */
  time: number
  profiling: boolean
  memoryTracking: boolean
  /** Where profiles go, relative to the project's root; none are written when absent. */
  outputDir?: string
}

/** What `resolveOptions({}, {})` decides, for a provider that is used without the plugin. Spares the worker loading zod. */
export const defaultMeasureOptions: MeasureOptions = {
  iterations: 100,
  warmup: 10,
  concurrent: 10,
  time: 500,
  profiling: true,
  memoryTracking: true,
}

/** Options of `bench().run(options)` and `bench.compare(…, options)` that we understand; named as in tinybench. */
export interface RunOptions {
  time?: number
  iterations?: number
  warmup?: boolean
  warmupTime?: number
  warmupIterations?: number
  setup?: (task: unknown, mode: 'run' | 'warmup') => unknown
  teardown?: (task: unknown, mode: 'run' | 'warmup') => unknown
  signal?: AbortSignal
  throws?: boolean
  retainSamples?: boolean
  concurrency?: 'task' | 'bench' | null
  now?: () => number
}

/** How long one benchmark is measured. A bound that the user set is kept exactly; the others are adaptive. */
export interface Budget {
  /** Rounds wanted; exact when `exactIterations`. */
  iterations: number
  exactIterations: boolean
  timeMs: number
  exactTime: boolean
  warmupCalls: number
  warmupMs: number
  /** Whether warming up ends when `warmupCalls` and `warmupMs` are reached, as asked for, or when the level is steady. */
  exactWarmup: boolean
}

/** A benchmark's option that makes no sense: names benchmark, option and value. */
export class BenchOptionError extends TypeError {
  override name = 'BenchOptionError'

  constructor(benchmark: string, option: string, value: unknown, wanted: string) {
    super(`Benchmark "${benchmark}": option \`${option}\` is ${describe(value)}, but ${wanted}`)
  }
}

/** As JSON where JSON knows such values. */
function describe(value: unknown): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'function') return 'a function'
  try {
    return JSON.stringify(value, (_, each: unknown) => (Number.isNaN(each) ? 'NaN' : each)) ?? String(value)
  } catch {
    return String(value)
  }
}

/** Longest any single benchmark may be asked to run, ms: a day. */
const MAX_TIME_MS = 86_400_000
const MAX_ITERATIONS = 1e9
/** As the plugin's own option. */
const MAX_THRESHOLD = 1000

/**
 * Warm-up of fast functions, ms. Shorter ones gave 0.85 and 0.99 where 0.95 was right (DUET.md: "at least 45 ms a
 * version"); V8's optimising compiler works in the background and needs that long to be done.
 */
export const WARMUP_LEAST_MS = 45
/** By then the level has to be steady, ms; it is tinybench's whole warm-up. */
export const WARMUP_MOST_MS = 250

/**
 * Decides the budget of a benchmark: the plugin's options < the run's < the benchmark's own.
 * @throws BenchOptionError for a value out of range.
 */
export function resolveBudget(name: string, bench: BenchmarkOptions, run: RunOptions, options: MeasureOptions): Budget {
  const number = (option: 'time' | 'iterations' | 'warmupTime' | 'warmupIterations', most: number, whole: boolean) => {
    const value: unknown = bench[option] === undefined ? run[option] : bench[option]
    if (value === undefined) return undefined
    const good = typeof value === 'number' && value >= 0 && value <= most && (!whole || Number.isInteger(value))
    if (good) return value
    throw new BenchOptionError(
      name,
      option,
      value,
      `must be ${whole ? 'a whole number' : 'a number'} from 0 to ${most}`,
    )
  }
  const { threshold } = bench
  if (threshold !== undefined && !(typeof threshold === 'number' && threshold > 0 && threshold <= MAX_THRESHOLD)) {
    throw new BenchOptionError(
      name,
      'threshold',
      threshold,
      `must be a number above 0, at most ${MAX_THRESHOLD} (per cent)`,
    )
  }
  const time = number('time', MAX_TIME_MS, false)
  const iterations = number('iterations', MAX_ITERATIONS, true)
  const warmupTime = number('warmupTime', MAX_TIME_MS, false)
  const warmupIterations = number('warmupIterations', MAX_ITERATIONS, true)
  const without = run.warmup === false
  return {
    iterations: iterations ?? options.iterations,
    exactIterations: iterations !== undefined,
    timeMs: time ?? options.time,
    exactTime: time !== undefined,
    warmupCalls: without ? 0 : (warmupIterations ?? options.warmup),
    warmupMs: without ? 0 : (warmupTime ?? WARMUP_LEAST_MS),
    exactWarmup: without || warmupTime !== undefined,
  }
}
