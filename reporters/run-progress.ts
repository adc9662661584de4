import type { Measurement } from '../plugin/run/measurement.ts'

/** How far a run is; `done` and `total` count processes, one per file and session. */
export interface RunProgress {
  done: number
  total: number
  /** File that is being measured; null between two. */
  running: string | null
  latest: { key: string; medianNs: number } | null
  remainingMs: number | null
}

/** Keeps count of a run as it goes on. */
export interface ProgressCounter {
  readonly state: Readonly<RunProgress>
  /** A fresh process starts on a file. */
  started(file: string): void
  measured(measurements: readonly Measurement[]): void
  /** A process is done with its file. */
  ended(): void
}

/** @param total processes that will be started */
export function countProgress(total: number, now: () => number = Date.now): ProgressCounter {
  const start = now()
  const state: RunProgress = { done: 0, total, running: null, latest: null, remainingMs: null }
  return {
    state,
    started(file) {
      state.running = file
    },
    measured(measurements) {
      const latest = measurements.at(-1)
      const median = latest?.metrics.duration_median
      if (latest !== undefined && median?.kind === 'quantity') {
        state.latest = { key: latest.name, medianNs: median.value }
      }
    },
    ended() {
      state.done += 1
      state.running = null
      state.remainingMs = ((now() - start) / state.done) * Math.max(0, total - state.done)
    },
  }
}
