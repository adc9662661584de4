import type { Probes } from '../../plugin/run/measurement.ts'
import { median } from '../../plugin/statistics/median.ts'

type Interval = NonNullable<Probes['overTime']>[number]

/**
 * The longest stall of a usual second, ms: the median over the seconds of the longest in each. It shows what blocks the thread now and
 * then, but not once only. Time that the thread waited for a processor is no part of a stall where the system tells: that is
 * the machine's doing, and on a busy one most of the delay.
 */
export function usualStallMs(
  overTime: readonly Pick<Interval, 'atMs' | 'durationMs' | 'eventLoopDelayMaxMs' | 'eventLoopHeldMaxMs'>[],
): number {
  const longest = new Map<number, number>()
  const last = overTime.at(-1)
  // What is left after the last whole second is too short to be usual.
  const seconds = Math.max(1, Math.floor(last === undefined ? 0 : (last.atMs + last.durationMs) / 1000))
  for (const { atMs, eventLoopDelayMaxMs, eventLoopHeldMaxMs = eventLoopDelayMaxMs } of overTime) {
    const second = Math.floor(atMs / 1000)
    if (second >= seconds) continue
    longest.set(second, Math.max(longest.get(second) ?? 0, eventLoopHeldMaxMs))
  }
  return median([...longest.values()])
}
