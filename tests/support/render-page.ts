import { analyse } from '../../plugin/analyse/analyse.ts'
import { collectSeries } from '../../plugin/analyse/series.ts'
import { analyseTrend } from '../../plugin/analyse/trend.ts'
import type { Run } from '../../plugin/run/run.ts'
import type { HtmlAssets, HtmlInput } from '../../reporters/html/html-input.ts'
import { renderHtml } from '../../reporters/html/render-html.ts'
import { makeHistory } from './make-history.ts'
import { type Change, makeReport } from './make-report.ts'

export interface PageSketch {
  changes?: Record<string, Change>
  /** Stored runs. */
  history?: number
  benchmarksInHistory?: number
  more?: Partial<HtmlInput>
}

/** The HTML report of a made run. */
export function renderPage(run: Run, assets: HtmlAssets, sketch: PageSketch = {}): string {
  const { changes, history = 0, benchmarksInHistory = 4, more } = sketch
  const report = makeReport(run, changes)
  const entries = makeHistory({
    runs: history,
    benchmarks: benchmarksInHistory,
    level: (index, at) => 1e5 * (index + 1) * (at >= history / 2 && index % 2 === 0 ? 1.3 : 1),
  })
  const alike = { machineClass: 'linux-x64-2cpu-node24', profile: 'full' }
  const trends = collectSeries(entries, 'duration_median', alike).map((series) => analyseTrend(series))
  return renderHtml({ run, report, analysis: analyse(run, report), targets: [], trends, skipped: [], ...more }, assets)
}
