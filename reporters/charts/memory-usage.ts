import { formatBytes } from '../number.ts'
import type { Chart } from './chart.ts'
import type { ChartCase } from './chart-case.ts'
import { ink } from './colours.ts'
import { countBenchmarks, rowsOption } from './rows.ts'

/** Average against peak memory of every benchmark whose memory was tracked. */
export function describeMemoryUsage(all: readonly ChartCase[]): Chart {
  const cases = all.filter(({ averageMemory, peakMemory }) => averageMemory !== null || peakMemory !== null)
  const largest = cases.toSorted((a, b) => (b.peakMemory ?? 0) - (a.peakMemory ?? 0))[0]
  return {
    name: 'memory_usage',
    title: 'Average and peak memory',
    howToRead:
      'Each row is one benchmark. The circle is the memory it used on average, the diamond its peak; a long line between them means that memory comes and goes in bursts.',
    summary:
      largest === undefined || largest.peakMemory === null
        ? 'No memory was tracked in this run.'
        : `${countBenchmarks(cases.length)}. Highest peak: ${largest.key} with ${formatBytes(largest.peakMemory)}.`,
    ...rowsOption({
      title: 'Average and peak memory',
      subtitle: cases.length === 0 ? 'no memory was tracked in this run' : 'while measuring, lower is better',
      axisTitle: 'memory',
      format: '@bytes',
      labels: cases.map(({ key }) => key),
      series: [
        {
          name: 'average to peak',
          kind: 'bars',
          colour: ink.faint,
          thickness: 1.5,
          opacity: 0.6,
          values: cases.map(({ averageMemory, peakMemory }) =>
            averageMemory === null || peakMemory === null ? null : [averageMemory, peakMemory],
          ),
        },
        {
          name: 'average',
          kind: 'dots',
          colour: ink.first,
          symbol: 'circle',
          values: cases.map(({ averageMemory }) => averageMemory),
        },
        {
          name: 'peak',
          kind: 'dots',
          colour: ink.second,
          symbol: 'diamond',
          size: 11,
          values: cases.map(({ peakMemory }) => peakMemory),
        },
      ],
    }),
  }
}
