import { median } from '../statistics/median.ts'
import { type Anomaly, findAnomalies } from './anomalies.ts'
import { type Forecast, forecast } from './forecast.ts'
import { findLevelShifts } from './level-shifts.ts'
import { type Series, type SeriesPoint, seriesScale } from './series.ts'
import { predictBreak, type TargetBreak } from './target-break.ts'

/** What the stored runs of one metric say. */
export interface Trend {
  series: Series
  /** Median of the current level. */
  level: number
  changes: LevelChange[]
  anomalies: { point: SeriesPoint; index: number; expected: number; deviations: number }[]
  drift: Drift | null
  forecast: Forecast | null
  /** Why there is no forecast. */
  noForecast: string | null
  targetBreak: TargetBreak | null
}

export interface LevelChange {
  index: number
  /** The first run of the new level, and the last one of the old: the change lies between their commits. */
  point: SeriesPoint
  previous: SeriesPoint
  before: number
  after: number
  /** after / before; null where before is 0. */
  ratio: number | null
  worse: boolean
}

export interface Drift {
  from: SeriesPoint
  runs: number
  /** Change over these runs: a factor − 1 in per cent, or percentage points for rates. */
  change: number
  p: number
  worse: boolean
}

/** The limit of a target, in the unit of the series. */
export interface Limit {
  value: number
  worse: 'above' | 'below'
}

/** Studies a series: level changes, disturbed runs, slow drift, and what may come. Pure and deterministic. */
export function analyseTrend(series: Series, limit: Limit | null = null): Trend {
  const { points } = series
  const scale = seriesScale(series)
  const values = points.map(({ value }) => scale.forward(value))
  const { changes, drift } = findLevelShifts(values)
  const bounds = [0, ...changes, values.length]
  const levels = bounds.slice(1).map((to, index) => scale.back(median(values.slice(bounds[index], to))))
  const predicted = forecast(values.slice(changes.at(-1) ?? 0))
  const shown = predicted.kind === 'shown' ? predicted.forecast : null
  const worsens = (difference: number) => (series.direction === 'lower' ? difference > 0 : difference < 0)
  return {
    series,
    level: levels.at(-1) ?? Number.NaN,
    changes: changes.map((index, number) => {
      const [before, after] = [levels[number]!, levels[number + 1]!]
      const ratio = before === 0 ? null : after / before
      return {
        index,
        point: points[index]!,
        previous: points[index - 1]!,
        before,
        after,
        ratio,
        worse: worsens(after - before),
      }
    }),
    anomalies: findAnomalies(values, changes).map(({ index, expected, deviations }: Anomaly) => ({
      point: points[index]!,
      index,
      expected: scale.back(expected),
      deviations,
    })),
    drift:
      drift === null
        ? null
        : {
            from: points[drift.from]!,
            runs: values.length - drift.from,
            change: changeOver(drift.slope * (values.length - 1 - drift.from), scale.forward === Math.log),
            p: drift.p,
            worse: worsens(drift.slope),
          },
    forecast: shown === null ? null : onValues(shown, scale.back),
    noForecast: predicted.kind === 'none' ? predicted.reason : null,
    targetBreak:
      limit === null || points.length === 0
        ? null
        : predictBreak(points, limit.value, limit.worse, {
            values,
            limit: scale.forward(limit.value),
            forecast: shown,
          }),
  }
}

function changeOver(difference: number, logarithmic: boolean): number {
  return logarithmic ? 100 * (Math.exp(difference) - 1) : difference
}

function onValues(predicted: Forecast, back: (value: number) => number): Forecast {
  const [low, high] = predicted.interval
  return { ...predicted, value: back(predicted.value), interval: [back(low), back(high)] }
}
