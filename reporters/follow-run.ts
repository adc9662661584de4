import { judge } from '../plugin/judge/judge.ts'
import { type FinishedRun, toRun } from './finished-run.ts'
import { type LiveView, startLiveView } from './live-view.ts'
import type { RunProgress } from './run-progress.ts'

/** Shows a run to people while it goes on. */
export interface FollowedRun {
  url: string
  progress(state: RunProgress): void
  /** Puts the finished page in place, leaves open pages the time to fetch it, and ends. */
  finish(html: string): Promise<void>
}

/** How long a page that is open may take to load its last state, ms. */
const farewell = 1_500

/**
 * Starts the live view of a run.
 * @param empty the run as it begins, with nothing measured
 */
export async function followRun(empty: FinishedRun): Promise<FollowedRun> {
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
  return {
    url: view.url,
    progress: (state) => view.progress(state),
    async finish(html) {
      view.show(html)
      await new Promise((resolve) => setTimeout(resolve, farewell))
      await view.close()
    },
  }
}
