import type { Opportunity } from '../analysis.ts'
import type { Figures } from '../figures.ts'
import { percentRange } from './percent-range.ts'
import { ratePriority } from './rate-priority.ts'

/** MISSION.md: 500 MB is the target of the largest models. */
const highMb = 500
/** A peak this near the average has nothing that could be flattened. */
const flatPercent = 10

/** Memory whose peak stands far above its average. */
export function flattenMemoryPeak({ key, statistics }: Figures): Opportunity[] {
  const { averageMemoryMb: average, peakMemoryMb: peak } = statistics
  if (average === null || peak === null || peak <= highMb) return []
  const high = 100 * (1 - average / peak)
  if (high < flatPercent) return []
  const gainPercent = { low: high / 2, high }
  return [
    {
      key,
      kind: 'memory-peak',
      priority: ratePriority(gainPercent, 'medium'),
      effort: 'medium',
      effortReason: 'what is alive at the peak has to be released sooner',
      opportunity: 'High memory: the peak stands far above the average',
      potential: `Reduce peak memory by ${percentRange(gainPercent)}, down to what is used on average`,
      gainPercent,
      facts: [
        { title: 'Peak memory', value: peak * 1e6, unit: 'B' },
        { title: 'Average memory', value: average * 1e6, unit: 'B' },
      ],
    },
  ]
}
