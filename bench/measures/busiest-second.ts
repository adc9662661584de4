import type { Probes } from '../../plugin/run/measurement.ts'

const windowMs = 1_000

/**
 * CPU in the busiest second, wherever it begins, per cent of a core; null when less than a second was watched. Not of a shorter
 * time: one full garbage collection, in which helper threads take part, fills a tenth of a second on several cores.
 */
export function busiestSecond(
  overTime: readonly Pick<NonNullable<Probes['overTime']>[number], 'durationMs' | 'percentOfCore'>[],
): number | null {
  let busiest: number | null = null
  let first = 0
  let durationMs = 0
  let busy = 0
  for (const last of overTime) {
    durationMs += last.durationMs
    busy += last.percentOfCore * last.durationMs
    for (let next = overTime[first]!; durationMs - next.durationMs >= windowMs; next = overTime[++first]!) {
      durationMs -= next.durationMs
      busy -= next.percentOfCore * next.durationMs
    }
    if (durationMs >= windowMs) busiest = Math.max(busiest ?? 0, busy / durationMs)
  }
  return busiest
}
