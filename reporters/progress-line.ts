import type { RunProgress } from './run-progress.ts'

/** Time between two lines, ms: enough to see that it goes on, and short runs stay without. */
const intervalMs = 15_000

/**
 * Says now and then how far a run is: what runs, how much is done, how long the rest may take. Whole lines, since Vitest
 * redraws the lines below by itself.
 */
export function sayProgress(write: (text: string) => void, now: () => number = Date.now): (state: RunProgress) => void {
  let last = now()
  return (state) => {
    if (now() - last < intervalMs) return
    last = now()
    write(`${progressLine(state)}\n`)
  }
}

/** @example progressLine({ done: 9, total: 36, running: 'cache.bench.ts', … }) // '9 of 36 done, about 2 min left: cache.bench.ts' */
export function progressLine({ done, total, running, remainingMs }: RunProgress): string {
  const left = remainingMs === null ? '' : `, about ${describeTime(remainingMs)} left`
  return `${done} of ${total} done${left}${running === null ? '' : `: ${running}`}`
}

function describeTime(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000)
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}
