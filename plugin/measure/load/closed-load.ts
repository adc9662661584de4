import pLimit from 'p-limit'
import { now } from '../clock.ts'
import { YIELD_EVERY_MS, yieldToEventLoop } from '../warm-up.ts'
import type { RequestLog } from './request-log.ts'
import type { Sender } from './sender.ts'

// An imported binding is a getter under Vitest's module runner.
const clock = now

export interface ClosedRun {
  concurrency: number
  /** Requests at the most. */
  requests: number
  /** Time in which to send, ms. */
  durationMs: number
}

/** So many requests at a time, the next as soon as one is done, until number or time is reached. */
export async function runClosed(
  { concurrency, requests, durationMs }: ClosedRun,
  sender: Sender,
  logs: readonly RequestLog[],
  startedAt: number,
  stopped: () => boolean,
): Promise<void> {
  const limit = pLimit(concurrency)
  const endsAt = clock() + durationMs
  let left = requests
  let lastYield = clock()
  const request = () =>
    new Promise<void>((resolve) => {
      const sentAt = clock()
      for (const log of logs) log.send()
      sender.send(sentAt, (latencyMs, failed, error) => {
        const atMs = clock() - startedAt
        for (const log of logs) log.settle(atMs, latencyMs, failed, error)
        resolve()
      })
    })
  // Each slot asks for its next request only when it is free: the limiter's queue stays as short as the number of slots.
  const slot = async () => {
    while (left > 0 && clock() < endsAt && !stopped()) {
      left--
      await limit(request)
      // A function that settles at once would starve timers, and with them the abort of a test whose time is up.
      if (clock() - lastYield >= YIELD_EVERY_MS) {
        await yieldToEventLoop()
        lastYield = clock()
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, requests) }, slot))
}
