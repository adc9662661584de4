import { normalCdf } from './special-functions.ts'

export interface MannWhitney {
  /** Pairs in which the first sample's value is greater, ties counting one half. */
  u: number
  /** Two-sided. */
  p: number
  /** One-sided: of a `u` as great as this or greater. */
  pGreater: number
}

/**
 * Largest number of values for which the exact distribution is worked out unless told otherwise; the work grows with n1 · N³.
 */
const exactUpTo = 50

/**
 * Mann-Whitney U test (Wilcoxon rank sum): exact, ties included, for small samples, else the normal approximation with
 * continuity and tie correction. A two-sided p is twice the smaller tail, at most 1.
 * @example mannWhitney([2, 1, 3, 5], [12, 11, 13, 15]) // { u: 0, p: 0.0285714…, pGreater: 1 }
 */
export function mannWhitney(
  first: readonly number[],
  second: readonly number[],
  method: 'auto' | 'exact' | 'asymptotic' = 'auto',
): MannWhitney {
  const size = first.length
  const total = size + second.length
  if (size === 0 || second.length === 0) return { u: 0, p: 1, pGreater: 1 }
  const { doubledRanks, doubledSum, tieTerm } = rank(first, second)
  const u = (doubledSum - size * (size + 1)) / 2
  const exact = method === 'exact' || (method === 'auto' && total <= exactUpTo)
  if (exact) return { u, ...exactP(doubledRanks, size, doubledSum) }
  const mean = (size * second.length) / 2
  const variance = ((size * second.length) / 12) * (total + 1 - tieTerm / (total * (total - 1)))
  if (variance <= 0) return { u, p: 1, pGreater: 1 }
  const deviation = Math.sqrt(variance)
  return {
    u,
    p: Math.min(1, 2 * normalCdf(-(Math.abs(u - mean) - 0.5) / deviation)),
    pGreater: normalCdf(-(u - mean - 0.5) / deviation),
  }
}

/** Twice the mid-ranks (whole numbers even with ties), and their sum over the first sample. */
function rank(first: readonly number[], second: readonly number[]) {
  const all = [...first.map((value) => ({ value, own: true })), ...second.map((value) => ({ value, own: false }))]
  all.sort((a, b) => a.value - b.value)
  const doubledRanks: number[] = []
  let doubledSum = 0
  let tieTerm = 0
  for (let start = 0; start < all.length; ) {
    let end = start + 1
    while (end < all.length && all[end]!.value === all[start]!.value) end++
    for (let at = start; at < end; at++) {
      doubledRanks.push(start + 1 + end)
      if (all[at]!.own) doubledSum += start + 1 + end
    }
    const t = end - start
    tieTerm += t ** 3 - t
    start = end
  }
  return { doubledRanks, doubledSum, tieTerm }
}

/** Without ties the distribution depends on the sizes alone; kept by sizes and observed sum. */
const knownP = new Map<string, { p: number; pGreater: number }>()
const knownKept = 10_000

function exactP(doubledRanks: readonly number[], size: number, observed: number) {
  const tied = doubledRanks.some((rank, index) => rank !== 2 * (index + 1))
  if (tied) return countP(doubledRanks, size, observed)
  const key = `${size} ${doubledRanks.length} ${observed}`
  const known = knownP.get(key)
  if (known !== undefined) return known
  const answer = countP(
    doubledRanks.map((rank) => rank / 2),
    size,
    observed / 2,
  )
  if (knownP.size >= knownKept) knownP.clear()
  knownP.set(key, answer)
  return answer
}

/** Counts, for every sum of ranks, the ways to draw the first sample. */
function countP(ranks: readonly number[], size: number, observed: number) {
  const largest = ranks.slice(-size).reduce((sum, value) => sum + value, 0)
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(largest + 1))
  ways[0]![0] = 1
  for (const value of ranks) {
    for (let drawn = size; drawn >= 1; drawn--) {
      const target = ways[drawn]!
      const source = ways[drawn - 1]!
      for (let sum = largest; sum >= value; sum--) target[sum]! += source[sum - value]!
    }
  }
  let below = 0
  let above = 0
  let all = 0
  ways[size]!.forEach((count, sum) => {
    all += count
    if (sum <= observed) below += count
    if (sum >= observed) above += count
  })
  return { p: Math.min(1, (2 * Math.min(below, above)) / all), pGreater: above / all }
}
