import type { Report } from '../../plugin/judge/report.ts'
import type { Run } from '../../plugin/run/run.ts'
import type { Chart } from './chart.ts'
import { chartCases } from './chart-case.ts'
import { describeDurationComparison } from './duration-comparison.ts'
import { describeMemoryUsage } from './memory-usage.ts'
import { describePerformanceDistribution } from './performance-distribution.ts'
import { describeSuccessRates } from './success-rates.ts'

/** The four pictures of a run. */
export function describeCharts(run: Run, report: Report): Chart[] {
  const cases = chartCases(run, report)
  return [
    describeDurationComparison(cases),
    describeMemoryUsage(cases),
    describeSuccessRates(cases),
    describePerformanceDistribution(cases),
  ]
}
