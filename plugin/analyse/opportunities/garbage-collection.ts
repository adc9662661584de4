import type { Opportunity } from '../analysis.ts'
import { averageOf, type Figures } from '../figures.ts'
import { percentRange } from './percent-range.ts'
import { ratePriority } from './rate-priority.ts'

/** Share of the wall time in pauses from which garbage is worth avoiding. */
const noticeablePercent = 5

/** Time spent in garbage-collection pauses. */
export function makeLessGarbage(figures: Figures): Opportunity[] {
  const share = averageOf(figures, ({ probes, tookMs }) =>
    probes.gc === undefined || tookMs <= 0 ? null : (100 * probes.gc.pauseTotalMs) / tookMs,
  )
  const count = averageOf(figures, ({ probes }) => probes.gc?.count)
  if (share === null || count === null || share < noticeablePercent) return []
  const bytes = averageOf(figures, ({ probes }) => probes.memory?.bytesPerOperation)
  const gainPercent = { low: share / 2, high: share }
  return [
    {
      key: figures.key,
      kind: 'garbage-collection',
      priority: ratePriority(gainPercent, 'medium'),
      effort: 'medium',
      effortReason: 'the places that allocate have to be found',
      opportunity: 'Much time goes into garbage collection',
      potential: `Reduce the time by ${percentRange(gainPercent)} with half the garbage or none`,
      gainPercent,
      facts: [
        { title: 'Share of the time in pauses', value: share, unit: '%' },
        { title: 'Collections per session', value: count, unit: '1' },
        ...(bytes === null ? [] : [{ title: 'Allocated per call', value: bytes, unit: 'B' as const }]),
      ],
    },
  ]
}
