import type { Opportunity } from '../analysis.ts'
import { type Figures, findMetric } from '../figures.ts'
import { percentRange } from './percent-range.ts'
import { ratePriority } from './rate-priority.ts'

const noticeablePercent = 20

/** Time that the orchestrator adds to what the provider takes. */
export function reduceOverhead(figures: Figures): Opportunity[] {
  const overhead = findMetric(figures, /orchestrator_overhead/i)
  const whole = figures.statistics.averageMs * 1e6
  if (overhead === null || overhead.unit !== 'ns' || whole <= 0) return []
  const share = (100 * overhead.value) / whole
  if (share < noticeablePercent || share > 100) return []
  const gainPercent = { low: share / 2, high: share }
  return [
    {
      key: figures.key,
      kind: 'overhead',
      priority: ratePriority(gainPercent, 'medium'),
      effort: 'medium',
      effortReason: 'it is spread over the steps of a request',
      opportunity: 'The orchestrator adds much to the time of its provider',
      potential: `Reduce the end-to-end time by ${percentRange(gainPercent)} with half the overhead or none`,
      gainPercent,
      facts: [overhead, { title: 'Average end to end', value: whole, unit: 'ns' }],
    },
  ]
}
