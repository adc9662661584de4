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

/** The split with the largest energy distance between the two sides; the earliest among equals. */
function likeliestSplit(values: readonly number[]): number | null {
  const n = values.length
  let best = { point: null as number | null, distance: 0 }
  for (let point = shortestSegment; point <= n - shortestSegment; point++) {
    const left = values.slice(0, point)
    const right = values.slice(point)
    const between = averageDistance(left, right, (point * (n - point)) / 2)
    const within =
      averageDistance(left, left, point * (point - 1)) + averageDistance(right, right, (n - point) * (n - point - 1))
    const distance = ((between - within) * point * (n - point)) / n
    if (distance > best.distance * (1 + 1e-12)) best = { point, distance }
  }
  return best.point
}

function averageDistance(first: readonly number[], second: readonly number[], pairs: number): number {
  let sum = 0
  for (const a of first) for (const b of second) sum += Math.abs(a - b)
  return sum / pairs
}

function pValue(values: readonly number[], from: number, point: number, to: number): number {
  const left = values.slice(from, point)
  const right = values.slice(point, to)
  const { p } = welchTTest(left, right)
  if (!Number.isNaN(p)) return p
  return mean(left) === mean(right) ? 1 : 0
}
