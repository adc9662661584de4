import { formatDuration } from '../number.ts'
import type { Chart, Json } from './chart.ts'
import type { ChartCase } from './chart-case.ts'
import { ink } from './colours.ts'
import { countBenchmarks, rowsOption, shortenLabel } from './rows.ts'

/** How the durations of single calls spread, per benchmark. */
export function describePerformanceDistribution(all: readonly ChartCase[]): Chart {
  const cases = all.flatMap(({ key, quantiles }) =>
    quantiles === null || quantiles[2] <= 0 ? [] : [{ key, quantiles }],
  )
  const widest = cases.toSorted((a, b) => b.quantiles[4] / b.quantiles[0] - a.quantiles[4] / a.quantiles[0])[0]
  return {
    name: 'performance_distribution',
    title: 'Distribution of durations',
    howToRead:
      'Each row is one benchmark, drawn in multiples of its own median, which stands beside its name: so fast and slow ones compare. The thick band holds the middle half of the calls, the thin line 90 of 100 of them. A short band means steady times; a line that reaches far to the right means a slow tail.',
    summary:
      widest === undefined
        ? 'No samples were kept in this run.'
        : `${countBenchmarks(cases.length)}. Widest spread: ${widest.key}, 90 of 100 calls between ${formatDuration(widest.quantiles[0])} and ${formatDuration(widest.quantiles[4])}.`,
    ...rowsOption({
      title: 'Distribution of durations',
      subtitle: 'of single calls or short batches, over all sessions',
      axisTitle: 'duration in multiples of the median',
      format: '@times',
      labels: cases.map(({ key, quantiles }) => `${shortenLabel(key, 34)}  ${formatDuration(quantiles[2])}`),
      axis: axisAround(cases.flatMap(({ quantiles: [p5, , p50, , p95] }) => [p5 / p50, p95 / p50])),
      series: [
        {
          name: 'p5 to p95',
          kind: 'bars',
          colour: ink.first,
          thickness: 2,
          opacity: 0.7,
          values: cases.map(({ quantiles: [p5, , p50, , p95] }) => [p5 / p50, p95 / p50]),
        },
        {
          name: 'middle half',
          kind: 'bars',
          colour: ink.first,
          thickness: 12,
          opacity: 0.5,
          values: cases.map(({ quantiles: [, p25, p50, p75] }) => [p25 / p50, p75 / p50]),
        },
        {
          name: 'median',
          kind: 'dots',
          colour: ink.second,
          symbol: 'rect',
          size: 7,
          values: cases.map(() => 1),
        },
      ],
    }),
  }
}

/** Logarithmic when a tail is more than ten times something else, else close around the values. */
function axisAround(ratios: readonly number[]): { [name: string]: Json } {
  const low = Math.min(0.9, ...ratios)
  const high = Math.max(1.1, ...ratios)
  if (low <= 0) return { type: 'value', min: 0 }
  if (high / low > 10)
    return { type: 'log', logBase: 10, min: low < 0.5 ? 0.1 : 0.5, max: 10 ** Math.ceil(Math.log10(high)) }
  return { type: 'value', min: Math.floor(low * 10) / 10, max: Math.ceil(high * 10) / 10 }
}
