/**
 * Wilson's score interval of a proportion. `n` may be fractional (an effective sample size).
 * @param z normal quantile of the confidence wanted, e.g. 1.96 for 95 %
 * @example wilson(56, 70, 1.959964) // [0.6922, 0.8771…]
 */
export function wilson(successes: number, n: number, z: number): [low: number, high: number] {
  const p = successes / n
  const centre = p + z ** 2 / (2 * n)
  const half = z * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2))
  const scale = 1 + z ** 2 / n
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)]
}
