import { analyse } from '../plugin/analyse/analyse.ts'
import { limitOfTarget } from '../plugin/analyse/limit-of-target.ts'
import { collectSeries } from '../plugin/analyse/series.ts'
import { analyseTrend } from '../plugin/analyse/trend.ts'
import type { Report } from '../plugin/judge/report.ts'
import type { Target, TargetResult } from '../plugin/judge/targets.ts'
import type { Run } from '../plugin/run/run.ts'
import type { History } from '../plugin/store/history.ts'
import { loadAssets } from './html/load-assets.ts'
import { renderHtml } from './html/render-html.ts'

export interface HtmlReportInput {
  run: Run
  report: Report
  /** What the targets came to in this run, and the targets themselves. */
  results: readonly TargetResult[]
  targets: readonly Target[]
  history: History
  live?: boolean
}

/** The metric whose history the page shows: the steadiest of the built-in ones. */
const historyMetric = 'duration_median'

/** Analyses a run and its history and gives the page that shows both. */
export async function htmlReport(input: HtmlReportInput): Promise<string> {
  const { run, report, results, targets, history, live } = input
  const alike = { machineClass: run.machineClass, profile: run.options.profile }
  const keys = new Set(run.benchmarks.map(({ key }) => key))
  const trends = collectSeries(history.entries, historyMetric, alike)
    .filter(({ key }) => keys.has(key))
    .map((series) => analyseTrend(series, limitOfTarget(targets, series.key, series.metric)))
  return renderHtml(
    {
      run,
      report,
      analysis: analyse(run, report),
      targets: results,
      trends,
      skipped: history.skipped,
      ...(live === undefined ? {} : { live }),
    },
    await loadAssets(),
  )
}
