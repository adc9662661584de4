import type { Probes } from '../../run/measurement.ts'
import { now } from '../clock.ts'

type Interval = NonNullable<Probes['overTime']>[number]

/** Intervals kept, at the most; beyond, neighbours are merged, so that a long run costs no more than a short one. */
const MOST_INTERVALS = 120
/** Coarser than the monitor of the whole run: here only stalls matter, and it wakes the thread. */
const TICK_MS = 10

// Bound when the module loads: a test's fake timers must not stop the watching.
const setEarlyInterval = setInterval
const clearEarlyInterval = clearInterval

/** What the process uses, interval by interval. */
export function watchResources() {
  const startedAt = now()
  let intervals: Interval[] = []
  let last = startedAt
  // Not `monitorEventLoopDelay`: its `reset` forgets when it last ticked, and with that the stall that is going on.
  let lastTick = startedAt
  let latestMs = 0
  const tick = () => {
    const at = now()
    latestMs = Math.max(latestMs, at - lastTick - TICK_MS)
    lastTick = at
  }
  const timer = setEarlyInterval(tick, TICK_MS)
  return {
    /** Ends an interval, in which the process was so busy. */
    look(percentOfCore: number): void {
      const at = now()
      const { rss, heapUsed, external } = process.memoryUsage()
      // What has gone on since the last tick, too: this may be the first to run after a stall.
      const late = Math.max(latestMs, at - lastTick - TICK_MS)
      latestMs = 0
      intervals.push({
        atMs: last - startedAt,
        durationMs: at - last,
        percentOfCore,
        rssBytes: rss,
        heapBytes: heapUsed + external,
        eventLoopDelayMaxMs: late,
      })
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
    const busy = first.percentOfCore * first.durationMs + second.percentOfCore * second.durationMs
    return [
      {
        atMs: first.atMs,
        durationMs,
        percentOfCore: busy / durationMs,
        rssBytes: Math.max(first.rssBytes, second.rssBytes),
        heapBytes: Math.max(first.heapBytes, second.heapBytes),
        eventLoopDelayMaxMs: Math.max(first.eventLoopDelayMaxMs, second.eventLoopDelayMaxMs),
      },
    ]
  })
}
