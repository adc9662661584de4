import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Probes } from '../../run/measurement.ts'
import { now } from '../clock.ts'

type Interval = NonNullable<Probes['overTime']>[number]

/** Intervals kept, at the most; beyond, neighbours are merged, so that a long run costs no more than a short one. */
const MOST_INTERVALS = 120
/** Coarser than the monitor of the whole run: here only stalls matter, and it wakes the thread. */
const LOOP_RESOLUTION_MS = 10

/** What the process uses, interval by interval. */
export function watchResources() {
  const startedAt = now()
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS })
  delay.enable()
  let intervals: Interval[] = []
  let last = startedAt
  return {
    /** Ends an interval, in which the process was so busy. */
    look(percentOfCore: number): void {
      const at = now()
      const { rss, heapUsed, external } = process.memoryUsage()
      const late = delay.count > 0 ? Math.max(0, delay.max / 1e6 - LOOP_RESOLUTION_MS) : 0
      delay.reset()
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
      delay.disable()
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
