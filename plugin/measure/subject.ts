import type { BenchmarkOptions } from './bench-options.ts'
import { now } from './clock.ts'
import { isThenable, timeAsync, timeSync } from './rounds.ts'
import { SampleRecorder } from './sample-recorder.ts'
import type { Budget, RunOptions } from './settings.ts'

export type Mode = 'run' | 'warmup'

/** One benchmark while it is measured. */
export interface Subject {
  readonly name: string
  readonly fn: () => unknown
  readonly options: BenchmarkOptions
  readonly budget: Budget
  /** What hooks get as `this`, and setup and teardown as their first argument. */
  readonly task: { readonly name: string }
  /** Whether calls are awaited; found out during warm-up unless the option says. */
  async: boolean
  /** Whether the function times itself by returning `{ overriddenDuration }` (ms), as tinybench allows. */
  overrides: boolean
  /** Function calls per round. */
  batchSize: number
  /** What an empty function takes in the same loop, ns, of late. */
  emptyNs: number
  /** Share of it that adds to this function's time, the rest being hidden behind its own work. */
  exposed: number
  /** What the engine adds to each call, ns, to be subtracted. */
  callOverheadNs: number
  /** Shortest time per call that means anything, ns. */
  resolutionNs: number
  recorder: SampleRecorder
  /** Timed calls. */
  iterations: number
  /** Calls and time of the long rounds that `duration_mean` is taken from. */
  long: { calls: number; ns: number }
  /** Rounds that took no more than the engine itself. */
  belowResolution: number
  warmUp: { calls: number; ms: number; steady: boolean; callNs: number }
  error?: unknown
  startedAt: Date
  tookMs: number
}

type HookName = 'beforeAll' | 'beforeEach' | 'afterEach' | 'afterAll'

export function createSubject(name: string, fn: () => unknown, options: BenchmarkOptions, budget: Budget): Subject {
  return {
    name,
    fn,
    options,
    budget,
    task: { name },
    async: options.async ?? false,
    overrides: false,
    batchSize: 1,
    emptyNs: 0,
    exposed: 1,
    callOverheadNs: 0,
    resolutionNs: 0,
    recorder: new SampleRecorder(true),
    iterations: 0,
    long: { calls: 0, ns: 0 },
    belowResolution: 0,
    warmUp: { calls: 0, ms: 0, steady: true, callNs: 0 },
    startedAt: new Date(),
    tookMs: 0,
  }
}

/** Whether something has to happen between any two calls, so that they can't be timed as a batch. */
export function needsSingleCalls({ options, overrides }: Subject): boolean {
  return options.beforeEach != null || options.afterEach != null || overrides
}

/** Runs `beforeAll` or `afterAll`. */
export async function runHook(subject: Subject, hook: HookName, mode: Mode): Promise<void> {
  // tinybench's own Task is promised as `this`; of it, hooks get the name.
  await subject.options[hook]?.call(subject.task as never, mode)
}

/** Runs one phase of a benchmark between its hooks; after a failure only `teardown` is run, as in tinybench. */
export async function inPhase<T>(
  subject: Subject,
  mode: Mode,
  { setup, teardown }: RunOptions,
  body: () => Promise<T>,
): Promise<T> {
  await setup?.(subject.task, mode)
  try {
    await runHook(subject, 'beforeAll', mode)
    const result = await body()
    await runHook(subject, 'afterAll', mode)
    return result
  } finally {
    await teardown?.(subject.task, mode)
  }
}

/**
 * One round: `count` calls. Gives the time of all of them, ns, as it was measured; a promise only where it has to.
 */
export function runRound(subject: Subject, count: number, mode: Mode): number | Promise<number> {
  if (needsSingleCalls(subject)) return runSingly(subject, count, mode)
  if (subject.async) return timeAsync(subject.fn, count).then(({ elapsedNs }) => elapsedNs)
  const { elapsedNs, last } = timeSync(subject.fn, count)
  if (!isThenable(last)) return elapsedNs
  // A function that only sometimes returns a promise: from now on all are awaited.
  subject.async = true
  return Promise.resolve(last).then(async () => (await timeAsync(subject.fn, count)).elapsedNs)
}

async function runSingly(subject: Subject, count: number, mode: Mode): Promise<number> {
  let totalNs = 0
  for (let call = 0; call < count; call++) {
    try {
      await runHook(subject, 'beforeEach', mode)
      const { elapsedNs, last } = subject.async ? await timeAsync(subject.fn, 1) : timeSync(subject.fn, 1)
      if (!subject.async && isThenable(last)) {
        subject.async = true
        await last
      }
      totalNs += overriddenDurationNs(last) ?? elapsedNs
    } finally {
      await runHook(subject, 'afterEach', mode)
    }
  }
  return totalNs
}

/** The duration that a call declared by returning `{ overriddenDuration }` in ms, as ns. */
function overriddenDurationNs(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || !('overriddenDuration' in value)) return undefined
  const duration = value.overriddenDuration
  return typeof duration === 'number' && Number.isFinite(duration) && duration >= 0 ? duration * 1e6 : undefined
}

/** The first call: shows whether the function is asynchronous or times itself. Gives its time, ns. */
export async function probe(subject: Subject, mode: Mode): Promise<number> {
  try {
    await runHook(subject, 'beforeEach', mode)
    const start = now()
    const returned = subject.fn()
    if (subject.options.async === undefined) subject.async = isThenable(returned)
    const value = subject.async ? await returned : returned
    const elapsedNs = (now() - start) * 1e6
    const declared = overriddenDurationNs(value)
    subject.overrides = declared !== undefined
    return declared ?? elapsedNs
  } finally {
    await runHook(subject, 'afterEach', mode)
  }
}
