import { mean } from './mean.ts'
import { welchTTest } from './t-test.ts'

/** Fewest values on either side of a change. */
const shortestSegment = 3
/** Two-sided p at which a split counts as a change; as strict as Otava's default. */
const significance = 0.001
/** A side may hide a further change that blurs this one: splits are tried on with less, and weeded out once all are found. */
const provisional = 10 * significance

/**
 * Indices at which a new level begins, rising. E-divisive (Matteson and James 2014) with a t-test in place of permutations, as
 * in Apache Otava, so that the answer is the same each time; without Otava's division by n in the variance.
 * @example changePoints([1, 1, 1, 2, 2, 2, 3, 3, 3]) // [3, 6]
 */
export function changePoints(values: readonly number[]): number[] {
  let points = split(values, 0, values.length)
  for (;;) {
    const bounds = [0, ...points, values.length]
    const weakest = points
      .map((point, index) => ({ point, p: pValue(values, bounds[index]!, point, bounds[index + 2]!) }))
      .reduce((worst, each) => (each.p > worst.p ? each : worst), { point: -1, p: significance })
    if (weakest.point === -1) return points
    points = points.filter((point) => point !== weakest.point)
  }
}

function split(values: readonly number[], from: number, to: number): number[] {
  const point = likeliestSplit(values.slice(from, to))
  if (point === null || pValue(values, from, from + point, to) > provisional) return []
  return [...split(values, from, from + point), from + point, ...split(values, from + point, to)]
}

/**
 * The split with the largest energy distance between the two sides; the earliest among equals. When a value moves from the
 * right side to the left, only its own distances change sides: so this takes n² steps, not n³.
 */
function likeliestSplit(values: readonly number[]): number | null {
  const n = values.length
  let best = { point: null as number | null, distance: 0 }
  let left = 0
  let between = 0
  let right = 0
  for (let from = 0; from < n; from++) right += distances(values, from, from + 1, n)
  for (let point = 1; point <= n - shortestSegment; point++) {
    const toLeft = distances(values, point - 1, 0, point - 1)
    const toRight = distances(values, point - 1, point, n)
    left += toLeft
    right -= toRight
    between += toRight - toLeft
    if (point < shortestSegment) continue
    const rest = n - point
    const within = (2 * left) / (point * (point - 1)) + (2 * right) / (rest * (rest - 1))
    const distance = (((2 * between) / (point * rest) - within) * point * rest) / n
    // Sums kept this way carry rounding errors: nearly equal counts as equal.
    if (distance > best.distance * (1 + 1e-9)) best = { point, distance }
  }
  return best.point
}

/** Sum of the distances of one value to those from `from` to before `to`. */
function distances(values: readonly number[], of: number, from: number, to: number): number {
  const value = values[of]!
  let sum = 0
  for (let index = from; index < to; index++) sum += Math.abs(value - values[index]!)
  return sum
}

function pValue(values: readonly number[], from: number, point: number, to: number): number {
  const left = values.slice(from, point)
  const right = values.slice(point, to)
  const { p } = welchTTest(left, right)
  if (!Number.isNaN(p)) return p
  return mean(left) === mean(right) ? 1 : 0
}
