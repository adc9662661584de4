import { createHistogram } from 'node:perf_hooks'
import type { LoadResult } from '../../run/measurement.ts'
import { failureKind } from '../failure-kind.ts'
import { SampleRecorder } from '../sample-recorder.ts'
import { Timeline } from './timeline.ts'

/** Kinds of failure told apart; what comes after counts as `other`, as an error's name may be anything. */
const MOST_KINDS = 50

/** Counts and latencies of a load run while it goes on; at any moment it can tell what happened so far. */
export class RequestLog {
  /** Latencies of all requests, in order of completion, ns. */
  readonly all = new SampleRecorder(true)
  /** Those of the successful ones. */
  readonly good = new SampleRecorder(true)
  readonly timeline = new Timeline()
  readonly failures = new Map<string, number>()
  readonly #lag = createHistogram({ lowest: 1, highest: 2 ** 42, figures: 3 })
  readonly #targetMs: number
  sent = 0
  succeeded = 0
  failed = 0
  dropped = 0
  /** Successes within the latency target. */
  withinTarget = 0
  inFlight = 0
  inFlightMax = 0
  /** When the last request settled, ms from the start. */
  lastSettledMs = 0

  constructor(targetMs = Number.POSITIVE_INFINITY) {
    this.#targetMs = targetMs
  }

  /** @param lagMs how late the generator was, where there was a due instant. */
  send(lagMs?: number): void {
    this.sent++
    this.inFlight++
    if (this.inFlight > this.inFlightMax) this.inFlightMax = this.inFlight
    if (lagMs !== undefined) this.#lag.record(Math.max(1, Math.round(lagMs * 1e6)))
  }

  /** @param atMs from the start of the run. */
  settle(atMs: number, latencyMs: number, failed: boolean, error?: unknown): void {
    this.timeline.record(atMs, latencyMs, failed, this.inFlight)
    this.inFlight--
    this.lastSettledMs = atMs
    const latencyNs = Math.max(1, latencyMs * 1e6)
    this.all.record(latencyNs, failed)
    if (failed) {
      this.failed++
      const kind = failureKind(error)
      const counted = this.failures.has(kind) || this.failures.size < MOST_KINDS ? kind : 'other'
      this.failures.set(counted, (this.failures.get(counted) ?? 0) + 1)
    } else {
      this.succeeded++
      this.good.record(latencyNs)
      if (latencyMs <= this.#targetMs) this.withinTarget++
    }
  }

  scheduleLag(): NonNullable<LoadResult['scheduleLag']> | undefined {
    if (this.#lag.count === 0) return undefined
    const ms = (percentile: number) => this.#lag.percentile(percentile) / 1e6
    return { p50Ms: ms(50), p99Ms: ms(99), maxMs: this.#lag.max / 1e6 }
  }
}
