import { now } from '../clock.ts'
import { setAlarm } from './alarm.ts'
import type { RequestLog } from './request-log.ts'
import type { Sender } from './sender.ts'

// An imported binding is a getter under Vitest's module runner.
const clock = now

/** What became of each scheduled request; arrays in the order of the due instants. */
export interface Schedule {
  /** Due instants, ms from the start. */
  dueMs: Float64Array
  /** From the due instant until it settled; NaN where it never did. */
  latencyMs: Float64Array
  outcome: Uint8Array
  /** Requests in flight when it fell due, itself included. */
  inFlight: Uint32Array
}

export const outcomes = { pending: 0, succeeded: 1, failed: 2, dropped: 3 } as const

export function emptySchedule(dueMs: Float64Array): Schedule {
  const size = dueMs.length
  return {
    dueMs,
    latencyMs: new Float64Array(size).fill(Number.NaN),
    outcome: new Uint8Array(size),
    inFlight: new Uint32Array(size),
  }
}

/**
 * Sends each request when it falls due, whether or not earlier ones are done, then waits until all have settled. Latency
 * counts from the due instant: a system that stalls cannot hide its stall by keeping us from asking.
 * @returns the clock's reading at the start of the schedule.
 */
export function runOpen(
  schedule: Schedule,
  maxInFlight: number,
  sender: Sender,
  log: RequestLog,
  stopped: () => boolean,
): Promise<void> {
  const { dueMs, latencyMs, outcome, inFlight } = schedule
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let next = 0
  const finishIfDone = () => {
    if (next < dueMs.length && !stopped()) return
    if (log.inFlight > 0 && !stopped()) return
    alarm.stop()
    resolve()
  }
  const fire = (index: number, at: number) => {
    const due = dueMs[index]!
    if (log.inFlight >= maxInFlight) {
      log.dropped++
      outcome[index] = outcomes.dropped
      return
    }
    log.send(at - alarm.startedAt - due)
    inFlight[index] = log.inFlight
    sender.send(alarm.startedAt + due, (latency, failed, error) => {
      latencyMs[index] = latency
      outcome[index] = failed ? outcomes.failed : outcomes.succeeded
      log.settle(due + latency, latency, failed, error)
      finishIfDone()
    })
  }
  const alarm = setAlarm(
    dueMs,
    (count) => {
      while (next < count && !stopped()) fire(next++, clock())
      finishIfDone()
    },
    reject,
  )
  if (dueMs.length === 0) finishIfDone()
  return promise.finally(alarm.stop)
}
