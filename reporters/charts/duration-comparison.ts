import { formatDuration } from '../number.ts'
import type { Chart } from './chart.ts'
import type { ChartCase } from './chart-case.ts'
import { ink } from './colours.ts'
import { countBenchmarks, rowsOption } from './rows.ts'

/** Average against p95 of every benchmark. */
export function describeDurationComparison(cases: readonly ChartCase[]): Chart {
  const slowest = cases.toSorted((a, b) => b.average - a.average)[0]
  return {
    name: 'duration_comparison',
    title: 'Average and p95 duration',
    howToRead:
      'Each row is one benchmark. The circle is its average with the 95 % interval over the sessions as a band, the diamond the time within which 95 of 100 calls ended; a long line between them means that some calls are much slower than usual. On a logarithmic axis equal distances are equal factors.',
    summary:
      slowest === undefined
        ? 'No benchmark was measured.'
        : `${countBenchmarks(cases.length)}. Slowest on average: ${slowest.key} with ${formatDuration(slowest.average)}, p95 ${formatDuration(slowest.p95)}.`,
    ...rowsOption({
      title: 'Average and p95 duration',
      subtitle: 'per call, lower is better',
      axisTitle: 'duration per call',
      format: '@duration',
      labels: cases.map(({ key }) => key),
      series: [
        {
          name: 'average to p95',
          kind: 'bars',
          colour: ink.faint,
          thickness: 1.5,
          opacity: 0.6,
          values: cases.map(({ average, p95 }) => [average, p95]),
        },
        {
          name: '95 % interval',
          kind: 'bars',
          colour: ink.first,
          thickness: 15,
          opacity: 0.4,
          values: cases.map(({ averageInterval }) => averageInterval),
        },
        {
          name: 'average',
          kind: 'dots',
          colour: ink.first,
          symbol: 'circle',
          values: cases.map(({ average }) => average),
        },
        {
          name: 'p95',
          kind: 'dots',
          colour: ink.second,
          symbol: 'diamond',
          size: 11,
          values: cases.map(({ p95 }) => p95),
        },
      ],
    }),
  }
}
