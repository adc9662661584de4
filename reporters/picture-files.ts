import type { Report } from '../plugin/judge/report.ts'
import type { Run } from '../plugin/run/run.ts'
import { describeCharts } from './charts/describe-charts.ts'
import { renderPng } from './charts/render-png.ts'
import { renderSvg } from './charts/render-svg.ts'

/** The four pictures of a run by file name, each as PNG and SVG: the content of `visualizations/`. */
export function pictureFiles(run: Run, report: Report): Record<string, string | Uint8Array> {
  return Object.fromEntries(
    describeCharts(run, report).flatMap((chart) => {
      const svg = renderSvg(chart)
      return [
        [`${chart.name}.png`, renderPng(svg)],
        [`${chart.name}.svg`, svg],
      ]
    }),
  )
}
