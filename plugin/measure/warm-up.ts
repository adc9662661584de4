import { median } from '../statistics/median.ts'
import { now } from './clock.ts'
import { WARMUP_MOST_MS } from './settings.ts'
import { needsSingleCalls, probe, runRound, type Subject } from './subject.ts'

/** Length of the windows whose levels are compared, ms: long enough to even out a scavenge or a timer interrupt. */
const WINDOW_MS = 7.5
/** So many windows in a row must agree … */
const STEADY_WINDOWS = 3
/** … within this share. Twice the noise of a 10 ms mean on a shared machine (2 to 4 %), far below a change of compiler tier. */
const STEADY_WITHIN = 0.08

/** Calls between two looks at the clock in warm-up: about this long, ns. */
const CHUNK_NS = 100_000
/** Chunks whose median is the time of a call: one of them may have been interrupted for 10 ms. */
const PACE_CHUNKS = 9

/** The event loop must get its turn at least this often, ms, for timeouts and aborts to be noticed. */
export const YIELD_EVERY_MS = 20

/** Lets timers and messages be handled. Bound early, as a test may fake it. */
export const yieldToEventLoop: () => Promise<void> = (
  (immediate) => () =>
    new Promise<void>((resolve) => immediate(resolve))
)(setImmediate)

/**
 * Calls the function untimed until its level is steady: at least the budget's calls and time, at most `mostMs` if that is less,
 * unless the user set the time. Slow functions get fewer calls than asked rather than more time: one at the least.
 */
export async function warmUp(subject: Subject, aborted: () => boolean, mostMs = WARMUP_MOST_MS): Promise<void> {
  const { budget } = subject
  const start = now()
  const levels: number[] = []
  const paces: number[] = []
  let callNs = await probe(subject, 'warmup')
  let calls = 1
  let windowNs = 0
  let windowCalls = 0
  let lastYield = start
  const cap = budget.exactWarmup ? budget.warmupMs : mostMs
  const enough = () => {
    const spent = now() - start
    if (budget.exactWarmup) return calls >= budget.warmupCalls && spent >= budget.warmupMs
    if (spent >= cap) return true
    return calls >= budget.warmupCalls && spent >= budget.warmupMs && isSteady(levels, callNs)
  }
  while (!aborted() && !enough()) {
    const remaining =
      budget.exactWarmup && budget.warmupMs === 0 ? budget.warmupCalls - calls : Number.POSITIVE_INFINITY
    const count = needsSingleCalls(subject)
      ? 1
      : Math.max(1, Math.min(remaining, Math.floor(CHUNK_NS / callNs), calls * 2))
    const elapsed = runRound(subject, count, 'warmup')
    const elapsedNs = typeof elapsed === 'number' ? elapsed : await elapsed
    calls += count
    windowNs += elapsedNs
    windowCalls += count
    paces.push(Math.max(0.1, elapsedNs / count))
    if (paces.length > PACE_CHUNKS) paces.shift()
    callNs = median(paces)
    if (windowNs >= WINDOW_MS * 1e6) {
      levels.push(windowNs / windowCalls)
      windowNs = 0
      windowCalls = 0
    }
    if (now() - lastYield >= YIELD_EVERY_MS) {
      await yieldToEventLoop()
      lastYield = now()
    }
  }
  const steady = budget.exactWarmup || isSteady(levels, callNs)
  subject.warmUp = { calls, ms: now() - start, steady, callNs }
}

/** Whether the latest windows agree. A function slower than a window is compiled by no number of calls within the cap. */
function isSteady(levels: readonly number[], callNs: number): boolean {
  if (callNs >= WINDOW_MS * 1e6) return true
  const latest = levels.slice(-STEADY_WINDOWS)
  return latest.length === STEADY_WINDOWS && Math.max(...latest) <= Math.min(...latest) * (1 + STEADY_WITHIN)
}
