import type { LoadResult } from '../../run/measurement.ts'
import { quantile } from '../../statistics/quantile.ts'

/** First width of an interval, ms; doubled whenever the run gets longer than `MOST_INTERVALS` of them. */
const FIRST_WIDTH_MS = 100
const MOST_INTERVALS = 120
/** Latencies held per interval: enough for a 95th percentile, 1 MB in all at the most. */
const MOST_LATENCIES = 1024

interface Interval {
  completed: number
  failed: number
  inFlight: number
  latencies: number[]
  stride: number
}

/** What was completed when, in intervals that widen with the length of the run: bounded whatever its length. */
export class Timeline {
  #widthMs = FIRST_WIDTH_MS
  #intervals: Interval[] = []

  /** @param atMs instant of completion from the start, ms. */
  record(atMs: number, latencyMs: number, failed: boolean, inFlight: number): void {
    const interval = this.#at(atMs)
    const seen = interval.completed + interval.failed
    if (failed) interval.failed++
    else interval.completed++
    interval.inFlight = Math.max(interval.inFlight, inFlight)
    if (seen % interval.stride !== 0) return
    if (interval.latencies.length === MOST_LATENCIES) thin(interval)
    interval.latencies.push(latencyMs)
  }

  summary(): LoadResult['timeline'] {
    return this.#intervals.map(({ completed, failed, inFlight, latencies }, index) => ({
      atMs: index * this.#widthMs,
      completed,
      failed,
      inFlight,
      p95Ms: latencies.length > 0 ? quantile(latencies, 0.95) : null,
    }))
  }

  #at(atMs: number): Interval {
    while (atMs >= this.#widthMs * MOST_INTERVALS) this.#widen()
    const index = Math.max(0, Math.floor(atMs / this.#widthMs))
    while (this.#intervals.length <= index) {
      this.#intervals.push({ completed: 0, failed: 0, inFlight: 0, latencies: [], stride: 1 })
    }
    return this.#intervals[index]!
  }

  #widen(): void {
    this.#widthMs *= 2
    const merged: Interval[] = []
    for (let index = 0; index < this.#intervals.length; index += 2) {
      const first = this.#intervals[index]!
      const second = this.#intervals[index + 1]
      if (second) {
        first.completed += second.completed
        first.failed += second.failed
        first.inFlight = Math.max(first.inFlight, second.inFlight)
        // Both halves thinned alike, so that each request keeps its weight.
        while (first.stride < second.stride) thin(first)
        while (second.stride < first.stride) thin(second)
        first.latencies.push(...second.latencies)
        while (first.latencies.length > MOST_LATENCIES) thin(first)
      }
      merged.push(first)
    }
    this.#intervals = merged
  }
}

function thin(interval: Interval): void {
  interval.latencies = interval.latencies.filter((_, index) => index % 2 === 0)
  interval.stride *= 2
}
