import { judge } from '../plugin/judge/judge.ts'
import type { Measurement } from '../plugin/run/measurement.ts'
import { type FinishedRun, toRun } from './finished-run.ts'
import { type LiveProgress, type LiveView, startLiveView } from './live-view.ts'

/** Shows a run to people while it goes on. */
export interface FollowedRun {
  url: string
  /** A fresh process starts on a file. */
  started(file: string): void
  measured(measurements: readonly Measurement[]): void
  /** A process is done with its file. */
  ended(): void
  /** Puts the finished page in place, leaves open pages the time to fetch it, and ends. */
  finish(html: string): Promise<void>
}

/** How long a page that is open may take to load its last state, ms. */
const farewell = 1_500

/**
 * Starts the live view of a run.
 * @param empty the run as it begins, with nothing measured
 * @param total processes that will be started
 */
export async function followRun(empty: FinishedRun, total: number, now: () => number = Date.now): Promise<FollowedRun> {
  const run = toRun(empty)
  const { htmlReport } = await import('./html-report.ts')
  const page = await htmlReport({
    run,
    report: judge(run, null, empty.options),
    results: [],
    targets: [],
    history: { entries: [], skipped: [] },
    live: true,
  })
  const view: LiveView = await startLiveView(page)
  const start = now()
  const state: LiveProgress = { done: 0, total, running: null, latest: null, remainingMs: null }
  return {
    url: view.url,
    started(file) {
      state.running = file
      view.progress(state)
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
      view.progress(state)
    },
    async finish(html) {
      view.show(html)
      await new Promise((resolve) => setTimeout(resolve, farewell))
      await view.close()
    },
  }
}
