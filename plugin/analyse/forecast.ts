import { mean } from '../statistics/mean.ts'
import { median } from '../statistics/median.ts'
import { quantile } from '../statistics/quantile.ts'
import { theilSen } from '../statistics/theil-sen.ts'

/** Runs that a method looks back on. */
const lookBack = 30
/** Times in the past at which the forecast is made and checked, at most and at least. */
const originsMost = 60
const originsFewest = 20
/** The error must be this much smaller than that of the naive forecast, so that luck does not pass for skill. */
const mustSave = 0.1
/** Share of the intervals that should hold. */
const confidence = 0.9

export interface Forecast {
  method: 'level' | 'line'
  horizon: number
  /** For the run `horizon` runs from now, on the scale of the values. */
  value: number
  interval: [low: number, high: number]
  confidence: number
  /** Change per run. */
  slope: number
  backTest: { origins: number; error: number; naiveError: number }
}

export type ForecastResult = { kind: 'shown'; forecast: Forecast } | { kind: 'none'; reason: string }

interface Method {
  name: Forecast['method']
  predict(past: readonly number[], horizon: number): { value: number; slope: number }
}

const methods: Method[] = [
  { name: 'level', predict: (past) => ({ value: median(past.slice(-9)), slope: 0 }) },
  {
    name: 'line',
    predict(past, horizon) {
      const recent = past.slice(-lookBack)
      const slope = theilSen(recent)
      const offset = median(recent.map((value, index) => value - slope * index))
      return { value: offset + slope * (recent.length - 1 + horizon), slope }
    },
  },
]

/**
 * Forecasts a series `horizon` runs ahead by the better of two simple methods, if it would have beaten "the same as last time"
 * in this very series: each is tried from many moments of the past, with what was known then (rolling origin, Tashman 2000).
 * The interval comes from the errors it made there.
 */
export function forecast(values: readonly number[], horizon = 10): ForecastResult {
  const first = lookBack / 2
  const last = values.length - horizon
  if (last - first < originsFewest) {
    return { kind: 'none', reason: `it needs ${first + originsFewest + horizon} runs, there are ${values.length}` }
  }
  const step = Math.max(1, Math.ceil((last - first) / originsMost))
  const origins: number[] = []
  for (let origin = last; origin > first; origin -= step) origins.push(origin)

  const actual = (origin: number) => values[origin + horizon - 1]!
  const naiveErrors = origins.map((origin) => actual(origin) - values[origin - 1]!)
  const naiveError = mean(naiveErrors.map(Math.abs))
  const trials = methods.map((method) => {
    const errors = origins.map(
      (origin) => actual(origin) - method.predict(values.slice(Math.max(0, origin - lookBack), origin), horizon).value,
    )
    const wins = errors.filter((error, index) => Math.abs(error) < Math.abs(naiveErrors[index]!)).length
    return { method, errors, error: mean(errors.map(Math.abs)), wins }
  })
  const [best] = trials.toSorted((a, b) => a.error - b.error)
  if (best === undefined || !(best.error <= (1 - mustSave) * naiveError) || best.wins * 2 <= origins.length) {
    return { kind: 'none', reason: 'tried on the past, no method beats "the same as last time"' }
  }
  const { value, slope } = best.method.predict(values, horizon)
  const tail = (1 - confidence) / 2
  return {
    kind: 'shown',
    forecast: {
      method: best.method.name,
      horizon,
      value,
      slope,
      interval: [value + quantile(best.errors, tail), value + quantile(best.errors, 1 - tail)],
      confidence,
      backTest: { origins: origins.length, error: best.error, naiveError },
    },
  }
}
