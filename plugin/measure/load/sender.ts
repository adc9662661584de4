import { now } from '../clock.ts'
import { isThenable } from '../rounds.ts'

/** Distance of two looks for requests that are overdue, ms: so much later may a timeout come. */
const SWEEP_EVERY_MS = 25

// Vitest's module runner makes an imported binding a getter that counts its calls: too dear once per request.
const clock = now
const hasThen = isThenable

export type Settled = (latencyMs: number, failed: boolean, error?: unknown) => void

export interface Sender {
  /** @param originMs the instant latency counts from. */
  send: (originMs: number, settled: Settled) => void
  stop: () => void
}

interface Pending {
  expiresMs: number
  finish: (failed: boolean, error?: unknown) => void
}

/** A request that did not settle in time. */
export class RequestTimeoutError extends Error {
  override name = 'TimeoutError'
}

/** Calls the function once per request; a call that throws, rejects or takes longer than `timeoutMs` has failed. */
export function createSender(fn: () => unknown, timeoutMs: number): Sender {
  // In the order of sending, which is that of expiring: one timer serves all requests.
  const pending = new Set<Pending>()
  const sweep = () => {
    const at = clock()
    for (const request of pending) {
      if (request.expiresMs > at) break
      request.finish(true, new RequestTimeoutError(`The request did not settle within ${timeoutMs} ms`))
    }
  }
  const timer = setEarlyInterval(sweep, Math.min(SWEEP_EVERY_MS, timeoutMs))
  return {
    send: (originMs, settled) => {
      const request: Pending = {
        expiresMs: clock() + timeoutMs,
        finish: (failed, error) => {
          if (pending.delete(request)) settled(clock() - originMs, failed, error)
        },
      }
      pending.add(request)
      let returned: unknown
      try {
        returned = fn()
      } catch (error) {
        request.finish(true, error)
        return
      }
      if (!hasThen(returned)) request.finish(false)
      else {
        Promise.resolve(returned).then(
          () => request.finish(false),
          (error: unknown) => request.finish(true, error),
        )
      }
    },
    stop: () => {
      clearEarlyInterval(timer)
      pending.clear()
    },
  }
}

// Bound when the module loads: a test's fake timers must not stop the timeouts.
const setEarlyInterval = setInterval
const clearEarlyInterval = clearInterval
