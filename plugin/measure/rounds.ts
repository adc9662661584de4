import { now } from './clock.ts'

/** Anything with a `then`: what `await` would wait for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value !== null &&
    (typeof value === 'object' || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}

export interface Round {
  /** Time of all calls together, ns, overheads included. */
  elapsedNs: number
  /** What the last call returned (awaited, in `timeAsync`). */
  last: unknown
}

/**
 * Calls `fn` `count` times in a row. One loop serves every benchmark, and `trainLoops` has shown it several functions:
 * its call site is megamorphic, so V8 inlines none of them, can neither drop the call nor hoist its work out of the loop,
 * and the first benchmark of a process has no advantage over the second.
 */
export function timeSync(fn: () => unknown, count: number): Round {
  const clock = now
  let last: unknown
  const start = clock()
  for (let call = 0; call < count; call++) last = fn()
  const end = clock()
  return { elapsedNs: (end - start) * 1e6, last }
}

/**
 * `fn` within one more call. `trainLoops` shows this one's call site several functions too, so V8 inlines none; for `exposedShare`.
 */
function wrap(fn: () => unknown): () => unknown {
  return () => fn()
}

/** `timeSync` for functions that return promises; each is awaited before the next call. */
export async function timeAsync(fn: () => unknown, count: number): Promise<Round> {
  const clock = now
  let last: unknown
  const start = clock()
  for (let call = 0; call < count; call++) last = await fn()
  const end = clock()
  return { elapsedNs: (end - start) * 1e6, last }
}

/** What a loop adds to each call of an empty function, ns. */
export interface LoopOverhead {
  perCallNs: number
  /** How far repeated measurements differ: nothing shorter can be told from an empty function. */
  spreadNs: number
}

export interface LoopOverheads {
  sync: LoopOverhead
  async: LoopOverhead
}

const settled = Promise.resolve()
// Different functions on purpose: that is what makes the call sites megamorphic.
const empties: (() => unknown)[] = [() => undefined, () => {}, () => null, () => 0, () => '']
const settledAsyncs: (() => unknown)[] = [() => settled, () => Promise.resolve(), () => settled.then(), () => null]

/** Calls of a single look at the overhead: about 10 µs. */
const LOOK_CALLS = 2048
const ASYNC_LOOK_CALLS = 128

/** What an empty call takes just now, ns. */
export function timeEmptySync(): number {
  return timeSync(empties[0]!, LOOK_CALLS).elapsedNs / LOOK_CALLS
}

/** What awaiting a settled promise takes just now, ns. */
export async function timeEmptyAsync(): Promise<number> {
  return (await timeAsync(settledAsyncs[0]!, ASYNC_LOOK_CALLS)).elapsedNs / ASYNC_LOOK_CALLS
}

/** Calls per round of an empty function: about 30 µs, no shorter than a round of a benchmark. */
const EMPTY_CALLS = 8192
const SETTLED_CALLS = 512
const EMPTY_ROUNDS = 25

let trained: Promise<void> | undefined

/** Shows the loops several functions, once per process (about 5 ms). */
export function trainLoopsOnce(): Promise<void> {
  trained ??= trainLoops()
  return trained
}

async function trainLoops(): Promise<void> {
  for (let pass = 0; pass < 4; pass++) {
    for (const empty of empties) {
      timeSync(empty, EMPTY_CALLS)
      timeSync(wrap(empty), EMPTY_CALLS)
    }
    for (const fn of settledAsyncs) await timeAsync(fn, SETTLED_CALLS)
  }
}

/**
 * Measures both loops around an empty function (about 2 ms). To be asked anew for every group of benchmarks: V8 compiles the
 * loops again now and then, to code of another speed.
 */
export async function loopOverheads(): Promise<LoopOverheads> {
  await trainLoopsOnce()
  const sync: number[] = []
  const async: number[] = []
  for (let round = 0; round < EMPTY_ROUNDS; round++) {
    sync.push(timeSync(empties[0]!, EMPTY_CALLS).elapsedNs / EMPTY_CALLS)
    async.push((await timeAsync(settledAsyncs[0]!, SETTLED_CALLS)).elapsedNs / SETTLED_CALLS)
  }
  const overhead = (times: number[]): LoopOverhead => {
    const { middle, spread } = describeSpread(times)
    return { perCallNs: middle, spreadNs: spread }
  }
  return { sync: overhead(sync), async: overhead(async) }
}

/** Cycles of `exposedShare`: the medians are good to about 0.1 ns on a quiet machine. */
const OVERHEAD_CYCLES = 41
/** Where one more call adds less than this share of what it adds around an empty one, the loop's own steps are hidden as well. */
const LOOP_SHOWS_FROM = 0.25

/**
 * Which share of an empty call's time the loop adds to each call of *this* function, 0 to 1. A processor hides part of a call
 * behind the work within it (all of it behind a long chain of dependent operations), so the cost of the empty loop alone would
 * take too much away from a function of a few nanoseconds. How much is hidden shows in what one more call costs around this
 * function and around an empty one. All four are timed in turns: a shared processor is now half as fast as a moment ago.
 */
export function exposedShare(fn: () => unknown, count: number): number {
  const empty = empties[0]!
  const [around, aroundEmpty] = [wrap(fn), wrap(empty)]
  const added: number[] = []
  const addedToEmpty: number[] = []
  const alone: number[] = []
  for (let cycle = 0; cycle < OVERHEAD_CYCLES; cycle++) {
    // A B, then B A: a drift of the machine cancels.
    const wrappedFirst = cycle % 2 === 1
    const own = timePair(fn, around, count, wrappedFirst)
    const none = timePair(empty, aroundEmpty, EMPTY_CALLS, wrappedFirst)
    added.push(own.wrapped - own.plain)
    addedToEmpty.push(none.wrapped - none.plain)
    alone.push(none.plain)
  }
  const middle = (values: number[]) => describeSpread(values).middle
  return shareOf(middle(added), middle(addedToEmpty), middle(alone))
}

/**
 * @param added what one more call costs around the function, ns
 * @param addedToEmpty the same around an empty one
 * @param alone what an empty call costs in the loop: a call, and the loop's own steps
 * @example exposedShare's answer for atomic additions: shareOf(3.21, 3.54, 4.06) // 0.92
 */
export function shareOf(added: number, addedToEmpty: number, alone: number): number {
  if (addedToEmpty <= 0 || alone <= 0) return 1
  // What can be hidden is hidden once: the call is what hides, the loop's steps come on top of it.
  const loopSteps = Math.max(0, alone - addedToEmpty) * Math.min(1, Math.max(0, added / addedToEmpty) / LOOP_SHOWS_FROM)
  return Math.min(1, Math.max(0, (added + loopSteps) / alone))
}

/** Times per call without and within one more call, ns. */
function timePair(fn: () => unknown, around: () => unknown, count: number, wrappedFirst: boolean) {
  const before = wrappedFirst ? timeSync(around, count).elapsedNs : 0
  const plain = timeSync(fn, count).elapsedNs
  const wrapped = wrappedFirst ? before : timeSync(around, count).elapsedNs
  return { plain: plain / count, wrapped: wrapped / count }
}

function describeSpread(values: number[]): { middle: number; spread: number } {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0
  return { middle: at(0.5), spread: at(0.75) - at(0.25) }
}
