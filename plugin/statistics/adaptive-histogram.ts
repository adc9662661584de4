import { sorted } from './sorted.ts'

/** A stretch of the axis and how many values lie in it. */
export interface Bin {
  low: number
  high: number
  count: number
}

/** A bin is never narrower than this share of the value it holds: closer modes make no practical difference. */
const relativeWidth = 0.02
/** A bin may be this much wider, and its edge this much off, before it is cut again. */
const margin = 0.1

/**
 * Histogram whose bins are laid around the densest places instead of on a fixed grid, so that a mode is not cut in two: the
 * adaptive histogram of BenchmarkDotNet and Perfolizer (A. Akinshin, AdaptiveHistogramBuilder), without its absolute
 * resolution of 0.0001, so that the unit makes no difference.
 *
 * Stretches are taken from left to right. One wider than a bin is cut beside its densest window: first at the window's left
 * edge, and when that is where the stretch begins, at its right edge. Then bins below a third of a width join the narrower neighbour.
 */
export function adaptiveHistogram(values: readonly number[], binWidth: number): Bin[] {
  const ordered = sorted(values)
  const first = ordered[0]!
  const last = ordered[ordered.length - 1]!
  if (last - first < binWidth) {
    const centre = (first + last) / 2
    return [{ low: centre - binWidth / 2, high: centre + binWidth / 2, count: ordered.length }]
  }
  return joinNarrow(trimEmpty(countBins(ordered, cutEdges(ordered, binWidth))), ordered, binWidth)
}

function cutEdges(ordered: readonly number[], width: number): number[] {
  /** Edges fixed so far, then those still ahead, nearest last. */
  const edges = [ordered[0]! - width / 2]
  const ahead = [ordered[ordered.length - 1]! + width / 2]
  /** Every cut lies at least `margin` of a width from the last, which bounds their number. */
  while (ahead.length > 0) {
    const low = edges[edges.length - 1]!
    const high = ahead[ahead.length - 1]!
    const widest = Math.max(width * (1 + 2 * margin), ((low + high) / 2) * relativeWidth)
    if (high - low <= widest) {
      edges.push(ahead.pop()!)
      continue
    }
    const window = densestWindow(ordered, low, high, width)
    if (window === null) {
      edges.push(low + width)
      continue
    }
    const half = Math.max(width, window * relativeWidth) / 2
    if (window - half > low + width * margin) ahead.push(window - half)
    else if (window + half < high - width * margin && window + half > low + width * margin) edges.push(window + half)
    else edges.push(ahead.pop()!)
  }
  return edges
}

/** Centre of the window of one width that holds the most values of a stretch, the tightest among equals; null when empty. */
function densestWindow(ordered: readonly number[], low: number, high: number, width: number): number | null {
  const from = firstAtLeast(ordered, low)
  const to = firstAtLeast(ordered, high)
  let best = { count: 0, span: Number.POSITIVE_INFINITY, centre: 0 }
  let end = from
  for (let start = from; start < to; start++) {
    while (end < to && ordered[end]! - ordered[start]! < width) end++
    const count = end - start
    const span = ordered[end - 1]! - ordered[start]!
    if (count > best.count || (count === best.count && span < best.span)) {
      best = { count, span, centre: (ordered[start]! + ordered[end - 1]!) / 2 }
    }
  }
  return best.count === 0 ? null : best.centre
}

function firstAtLeast(ordered: readonly number[], value: number): number {
  let low = 0
  let high = ordered.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ordered[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

function countBins(ordered: readonly number[], edges: readonly number[]): Bin[] {
  const bins: Bin[] = []
  let from = 0
  for (let index = 1; index < edges.length; index++) {
    const to = index === edges.length - 1 ? ordered.length : firstAtLeast(ordered, edges[index]!)
    bins.push({ low: edges[index - 1]!, high: edges[index]!, count: to - from })
    from = to
  }
  return bins
}

function trimEmpty(bins: Bin[]): Bin[] {
  const first = bins.findIndex((bin) => bin.count > 0)
  const last = bins.findLastIndex((bin) => bin.count > 0)
  return bins.slice(first, last + 1)
}

function joinNarrow(bins: readonly Bin[], ordered: readonly number[], width: number): Bin[] {
  const joined = bins.map((bin) => ({ ...bin }))
  const widthOf = (bin: Bin | undefined) => (bin === undefined ? Number.POSITIVE_INFINITY : bin.high - bin.low)
  let seen = 0
  let highest = 0
  for (let at = 0; at < joined.length; ) {
    const bin = joined[at]!
    seen += bin.count
    if (bin.count > 0) highest = Math.max(highest, ordered[seen - 1]!)
    const narrow = widthOf(bin) < Math.max(width / 3, highest * relativeWidth)
    const left = joined[at - 1]
    const right = joined[at + 1]
    if (narrow && left !== undefined && widthOf(left) < widthOf(right)) {
      left.high = bin.high
      left.count += bin.count
      joined.splice(at, 1)
    } else if (narrow && right !== undefined) {
      joined.splice(at, 2, { low: bin.low, high: right.high, count: bin.count + right.count })
      seen -= bin.count
    } else {
      at++
    }
  }
  return joined
}
