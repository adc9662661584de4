import type { BenchFnOptions } from 'vitest'
import type { BenchmarkOptions } from './bench-options.ts'
import { BenchOptionError, type RunOptions } from './settings.ts'

/** What a value must be like, and how that is said. */
type Kind = [fits: (value: unknown) => boolean, wanted: string]

const flag: Kind = [(value) => typeof value === 'boolean', 'must be true or false']
const name: Kind = [(value) => typeof value === 'string' && value !== '', 'must be a text that is not empty']
const call: Kind = [(value) => typeof value === 'function', 'must be a function']
/** tinybench takes null for "no hook". */
const hook: Kind = [(value) => value === null || typeof value === 'function', 'must be a function']
const signal: Kind = [
  (value) => typeof (value as AbortSignal | null)?.addEventListener === 'function',
  'must be an AbortSignal',
]
const facts: Kind = [
  (value) => typeof value === 'function' || isFacts(value),
  'must be a function, or an object of texts, numbers, booleans and null',
]
/** Read with the bounds that depend on other options (settings.ts, load-plan.ts), or by Vitest itself. */
const elsewhere: Kind = [() => true, '']

const benchKinds: Record<keyof BenchmarkOptions | keyof BenchFnOptions, Kind> = {
  category: name,
  title: name,
  metadata: facts,
  metrics: call,
  threshold: elsewhere,
  load: elsewhere,
  time: elsewhere,
  iterations: elsewhere,
  warmupTime: elsewhere,
  warmupIterations: elsewhere,
  memoryTracking: flag,
  profiling: flag,
  beforeAll: hook,
  beforeEach: hook,
  afterEach: hook,
  afterAll: hook,
  async: flag,
  retainSamples: flag,
  signal,
  writeResult: elsewhere,
  perProject: elsewhere,
}

const runKinds: Record<keyof RunOptions, Kind> = {
  time: elsewhere,
  iterations: elsewhere,
  warmup: flag,
  warmupTime: elsewhere,
  warmupIterations: elsewhere,
  setup: hook,
  teardown: hook,
  signal,
  throws: flag,
  retainSamples: flag,
  concurrency: elsewhere,
  now: call,
}

/** @throws BenchOptionError for the first option of a wrong kind; numbers and the load are read by those who need them. */
export function checkOptions(benchmark: string, bench: BenchmarkOptions, run: RunOptions): void {
  check(benchmark, bench, benchKinds)
  check(benchmark, run, runKinds)
}

function check(benchmark: string, options: object, kinds: Record<string, Kind>): void {
  for (const [option, value] of Object.entries(options)) {
    const [fits, wanted] = Object.hasOwn(kinds, option) ? kinds[option]! : elsewhere
    if (value !== undefined && !fits(value)) throw new BenchOptionError(benchmark, option, value, wanted)
  }
}

/** Options of a benchmark that nobody reads: not refused, as another provider may know them, but no typing error either way. */
export function unknownOptions(bench: object): string[] {
  return Object.keys(bench).filter((option) => !Object.hasOwn(benchKinds, option))
}

/** Whether a value can stand as facts about a case in the results file. */
export function isFacts(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(
      (each) => each === null || ['string', 'boolean'].includes(typeof each) || Number.isFinite(each),
    )
  )
}
