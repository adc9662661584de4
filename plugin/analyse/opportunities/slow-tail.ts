import type { Opportunity } from '../analysis.ts'
import type { Figures } from '../figures.ts'
import { percentRange } from './percent-range.ts'
import { ratePriority } from './rate-priority.ts'

const enoughSamples = 100
/** Below this the slow calls hardly touch the average. */
const noticeablePercent = 10

/** The slowest twentieth of the calls, where it carries a good part of the whole time. */
export function shortenTail({ key, samplesNs, statistics }: Figures): Opportunity[] {
  if (samplesNs.length < enoughSamples) return []
  const cut = Math.floor(samplesNs.length * 0.95)
  const total = samplesNs.reduce((sum, value) => sum + value, 0)
  const tail = samplesNs.slice(cut).reduce((sum, value) => sum + value, 0)
  const gainIfTail = (value: number) => (100 * (tail - (samplesNs.length - cut) * value)) / total
  const gainPercent = { low: gainIfTail(samplesNs[cut]!), high: gainIfTail(samplesNs[samplesNs.length >> 1]!) }
  if (gainPercent.high < noticeablePercent) return []
  return [
    {
      key,
      kind: 'slow-tail',
      priority: ratePriority(gainPercent, 'medium'),
      effort: 'medium',
      effortReason: 'what the slow calls have in common has to be found',
      opportunity: 'The slowest 5% of the calls carry much of the time',
      potential: `Reduce the average by ${percentRange(gainPercent)} if they took no longer than p95, or than the median`,
      gainPercent,
      facts: [
        { title: 'Share of the time in the slowest 5%', value: (100 * tail) / total, unit: '%' },
        { title: 'Median', value: statistics.p50Ms * 1e6, unit: 'ns' },
        { title: 'p95', value: statistics.p95Ms * 1e6, unit: 'ns' },
        { title: 'p99', value: statistics.p99Ms * 1e6, unit: 'ns' },
      ],
    },
  ]
}
