import type { Clock } from '../../../../fixtures/orchestrator/index.ts'

/** A clock that moves only when told to; sleeps end when their time has come. */
export interface ManualClock extends Clock {
  /** Moves on by `ms`, waking the sleepers in order. */
  advance(ms: number): Promise<void>
  readonly sleepers: number
}

export function createManualClock(start = 1_700_000_000_000): ManualClock {
  let elapsed = 0
  const sleepers: { at: number; wake: () => void }[] = []
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason)
          return
        }
        const sleeper = { at: elapsed + ms, wake: resolve }
        sleepers.push(sleeper)
        signal?.addEventListener('abort', () => {
          sleepers.splice(sleepers.indexOf(sleeper), 1)
          reject(signal.reason)
        })
      }),
    async advance(ms) {
      const end = elapsed + ms
      for (;;) {
        await settle()
        const next = sleepers.filter(({ at }) => at <= end).toSorted((left, right) => left.at - right.at)[0]
        if (next === undefined) break
        elapsed = Math.max(elapsed, next.at)
        sleepers.splice(sleepers.indexOf(next), 1)
        next.wake()
      }
      elapsed = end
      await settle()
    },
    get sleepers() {
      return sleepers.length
    },
  }
}

/** A clock whose sleeps end at once, and which remembers how long they were meant to be. */
export function createSkippingClock(): Clock & { slept: number[] } {
  const slept: number[] = []
  let elapsed = 0
  return {
    slept,
    now: () => 1_700_000_000_000 + elapsed,
    monotonic: () => elapsed,
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      slept.push(ms)
      elapsed += ms
    },
  }
}

/** Lets everything that is ready run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
