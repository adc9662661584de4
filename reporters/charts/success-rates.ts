import { formatPercent } from '../number.ts'
import type { Chart } from './chart.ts'
import type { ChartCase } from './chart-case.ts'
import { ink } from './colours.ts'
import { countBenchmarks, rowsOption } from './rows.ts'

/** MISSION.md: success rate over 99 %. */
const wanted = 99

/** Share of calls that succeeded, with its interval. */
export function describeSuccessRates(cases: readonly ChartCase[]): Chart {
  const lowest = cases.toSorted((a, b) => a.successRate - b.successRate)[0]
  const low = Math.min(98, ...cases.map(({ successInterval }) => successInterval[0]))
  return {
    name: 'success_rates',
    title: 'Success rates',
    howToRead:
      'Each row is one benchmark. The circle is the share of its calls that succeeded, the band where the true share lies with 95 % confidence: few calls give a wide band. The dashed line marks 99 %. The axis does not start at 0.',
    summary:
      lowest === undefined
        ? 'No benchmark was measured.'
        : `${countBenchmarks(cases.length)}, ${cases.filter(({ successRate }) => successRate < wanted).length} of them under ${wanted}%. Lowest: ${lowest.key} with ${formatPercent(lowest.successRate)}.`,
    ...rowsOption({
      title: 'Success rates',
      subtitle: 'share of calls that succeeded, higher is better',
      axisTitle: 'success rate',
      format: '@percent',
      labels: cases.map(({ key }) => key),
      axis: { min: Math.max(0, low >= 90 ? Math.floor(low) : Math.floor(low / 10) * 10), max: 100 },
      mark: { value: wanted, label: `${wanted}%` },
      series: [
        {
          name: '95 % interval',
          kind: 'bars',
          colour: ink.first,
          thickness: 15,
          opacity: 0.4,
          values: cases.map(({ successInterval }) => successInterval),
        },
        {
          name: 'success rate',
          kind: 'dots',
          colour: ink.first,
          symbol: 'circle',
          values: cases.map(({ successRate }) => successRate),
        },
      ],
    }),
  }
}
