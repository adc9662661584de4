import type { Forecast } from './forecast.ts'
import type { SeriesPoint } from './series.ts'

/** Further ahead than this many horizons nothing is said. */
const horizonsAhead = 10

export type TargetBreak =
  | { kind: 'broken'; since: SeriesPoint; limit: number }
  | {
      kind: 'expected'
      limit: number
      /** Runs from now; the second by the edge of the forecast's interval. */
      inRuns: number
      earliestInRuns: number
      /** At the usual pace of runs, ISO 8601. */
      date: string
    }
  | { kind: 'not-in-sight'; limit: number; aheadRuns: number }

/**
 * When a series will break its target, if its forecast goes on as it does.
 * @param scaled the values, the limit and the forecast on the scale of the forecast
 */
export function predictBreak(
  points: readonly SeriesPoint[],
  limit: number,
  worse: 'above' | 'below',
  scaled: { values: readonly number[]; limit: number; forecast: Forecast | null },
): TargetBreak | null {
  const sign = worse === 'above' ? 1 : -1
  const breaks = (value: number) => sign * (value - scaled.limit) >= 0
  if (breaks(scaled.values.at(-1)!)) {
    let first = scaled.values.length - 1
    while (first > 0 && breaks(scaled.values[first - 1]!)) first -= 1
    return { kind: 'broken', since: points[first]!, limit }
  }
  if (scaled.forecast === null) return null
  const { value, interval, horizon, slope } = scaled.forecast
  const ahead = horizonsAhead * horizon
  const now = value - slope * horizon
  const edge = worse === 'above' ? interval[1] : interval[0]
  const inRuns = runsUntil(sign * (scaled.limit - now), sign * slope)
  if (inRuns > ahead) return { kind: 'not-in-sight', limit, aheadRuns: ahead }
  // The edge starts from the same spread around now.
  const earliest = runsUntil(sign * (scaled.limit - (now + (edge - value))), sign * slope)
  const pace = usualPace(points)
  const date = new Date(Date.parse(points.at(-1)!.startedAt) + inRuns * pace).toISOString()
  return { kind: 'expected', limit, inRuns, earliestInRuns: Math.min(inRuns, Math.max(1, earliest)), date }
}

function runsUntil(distance: number, speed: number): number {
  if (distance <= 0) return 1
  return speed <= 0 ? Number.POSITIVE_INFINITY : Math.ceil(distance / speed)
}

/** Median time between two runs, ms. */
function usualPace(points: readonly SeriesPoint[]): number {
  const times = points.map(({ startedAt }) => Date.parse(startedAt))
  const gaps = times.slice(1).map((time, index) => time - times[index]!)
  return gaps.toSorted((a, b) => a - b)[gaps.length >> 1] ?? 0
}
