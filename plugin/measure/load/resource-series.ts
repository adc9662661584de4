import type { Probes } from '../../run/measurement.ts'
import { now } from '../clock.ts'
import { processorTime } from '../processor-time.ts'

type Interval = NonNullable<Probes['overTime']>[number]

/** Intervals kept, at the most; beyond, neighbours are merged, so that a long run costs no more than a short one. */
const MOST_INTERVALS = 120
/** Coarser than the monitor of the whole run: here only stalls matter, and it wakes the thread. */
const TICK_MS = 10

// Bound when the module loads: a test's fake timers must not stop the watching.
const setEarlyInterval = setInterval
const clearEarlyInterval = clearInterval

/**
 * What the process uses, interval by interval.
 * @param waitedNs how long this thread has waited for a processor so far, ns; undefined where the system does not tell
 */
export function watchResources(waitedNs = () => processorTime()?.waitedNs) {
  const startedAt = now()
  let intervals: Interval[] = []
  let last = startedAt
  // Not `monitorEventLoopDelay`: its `reset` forgets when it last ticked, and with that the stall that is going on.
  let lastTick = { at: startedAt, waitedNs: waitedNs() }
  let longest = { lateMs: 0, heldMs: 0 }
  /** Takes in what has gone on since the last tick. */
  const takeIn = () => {
    const tick = { at: now(), waitedNs: waitedNs() }
    const lateMs = tick.at - lastTick.at - TICK_MS
    const heldMs = lateMs - ((tick.waitedNs ?? 0) - (lastTick.waitedNs ?? 0)) / 1e6
    longest = { lateMs: Math.max(longest.lateMs, lateMs), heldMs: Math.max(longest.heldMs, heldMs) }
    return tick
  }
  const tick = () => {
    lastTick = takeIn()
  }
  const timer = setEarlyInterval(tick, TICK_MS)
  return {
    /** Ends an interval, in which the process was so busy. */
    look(percentOfCore: number): void {
      // This may be the first to run after a stall.
      const { at, waitedNs: waited } = takeIn()
      const { rss, heapUsed, external } = process.memoryUsage()
      intervals.push({
        atMs: last - startedAt,
        durationMs: at - last,
        percentOfCore,
        rssBytes: rss,
        heapBytes: heapUsed + external,
        eventLoopDelayMaxMs: longest.lateMs,
        ...(waited !== undefined && { eventLoopHeldMaxMs: longest.heldMs }),
      })
      longest = { lateMs: 0, heldMs: 0 }
      last = at
      if (intervals.length === 2 * MOST_INTERVALS) intervals = mergeNeighbours(intervals)
    },
    stop(): Interval[] {
      clearEarlyInterval(timer)
      return intervals.length > MOST_INTERVALS ? mergeNeighbours(intervals) : intervals
    },
  }
}

/** Two and two: CPU averaged, the others' higher value. */
export function mergeNeighbours(intervals: readonly Interval[]): Interval[] {
  return intervals.flatMap((first, index) => {
    const second = intervals[index + 1]
    if (index % 2 === 1) return []
    if (second === undefined) return [first]
    const durationMs = first.durationMs + second.durationMs
    const held = [first, second].flatMap(({ eventLoopHeldMaxMs }) => eventLoopHeldMaxMs ?? [])
    const busy = first.percentOfCore * first.durationMs + second.percentOfCore * second.durationMs
    return [
      {
        atMs: first.atMs,
        durationMs,
        percentOfCore: busy / durationMs,
        rssBytes: Math.max(first.rssBytes, second.rssBytes),
        heapBytes: Math.max(first.heapBytes, second.heapBytes),
        eventLoopDelayMaxMs: Math.max(first.eventLoopDelayMaxMs, second.eventLoopDelayMaxMs),
        ...(held.length > 0 && { eventLoopHeldMaxMs: Math.max(...held) }),
      },
    ]
  })
}
