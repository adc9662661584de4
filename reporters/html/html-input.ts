import type { Analysis } from '../../plugin/analyse/analysis.ts'
import type { Trend } from '../../plugin/analyse/trend.ts'
import type { Report } from '../../plugin/judge/report.ts'
import type { TargetResult } from '../../plugin/judge/targets.ts'
import type { Run } from '../../plugin/run/run.ts'

/** Everything the page shows. */
export interface HtmlInput {
  run: Run
  report: Report
  analysis: Analysis
  targets: readonly TargetResult[]
  /** One per benchmark with stored runs; empty without history. */
  trends: readonly Trend[]
  /** Entries of the history that could not be used. */
  skipped: readonly { name: string; reason: string }[]
  /** Set while a run is going on: the page then listens to its server. */
  live?: boolean
}

/** Code that the page carries: read once, at the edge. */
export interface HtmlAssets {
  /** The minified library for interactive charts; null makes a page without them. */
  library: string | null
  script: string
  style: string
}
