import { median } from '../statistics/median.ts'

/** Neighbours on each side that a value is held against; half a change point's company on either side stays a majority. */
const reach = 7
const fewest = 8
/** Robust standard deviations; above the 3.5 of Iglewicz and Hoaglin (1993), since a long history has many values to fail. */
const limit = 4.5
const madToDeviation = 1.4826

export interface Anomaly {
  index: number
  /** What its neighbours suggest. */
  expected: number
  /** Distance from it in robust standard deviations, signed. */
  deviations: number
}

/**
 * Single values far from their neighbours of the same level (a run that was disturbed, not a change).
 * @param levels indices at which a new level begins
 */
export function findAnomalies(values: readonly number[], levels: readonly number[]): Anomaly[] {
  const bounds = [0, ...levels, values.length]
  return bounds.slice(1).flatMap((to, number) => {
    const from = bounds[number]!
    if (to - from < fewest) return []
    const expected = Array.from({ length: to - from }, (_, offset) => {
      const index = from + offset
      const first = Math.max(from, index - reach)
      const last = Math.min(to, index + reach + 1)
      return median([...values.slice(first, index), ...values.slice(index + 1, last)])
    })
    const deviation = madToDeviation * median(expected.map((value, offset) => Math.abs(values[from + offset]! - value)))
    if (deviation === 0) return []
    return expected.flatMap((value, offset) => {
      const deviations = (values[from + offset]! - value) / deviation
      return Math.abs(deviations) > limit ? [{ index: from + offset, expected: value, deviations }] : []
    })
  })
}
