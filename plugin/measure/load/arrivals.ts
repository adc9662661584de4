import { xorshift32 } from '../interleaved-order.ts'

/** A stretch of time with one rate. */
export interface Stretch {
  /** Requests per second. */
  rate: number
  durationMs: number
}

/**
 * The instants at which requests fall due, ms from the start, over stretches that follow one another. The distances are
 * gamma distributed with mean 1/rate: `shape` 1 gives a Poisson process, Infinity a metronome. The same seed gives the same
 * instants.
 */
export function arrivalTimes(stretches: readonly Stretch[], shape: number, seed: number): Float64Array {
  const random = xorshift32(seed)
  const times: number[] = []
  let start = 0
  // The part of a distance, in units of its mean, that is still to pass: it runs on into the next stretch at that one's
  // speed, else every change of rate would add an arrival or lose one.
  let left = shape === Number.POSITIVE_INFINITY ? 0 : gamma(shape, random) / shape
  for (const { rate, durationMs } of stretches) {
    const meanMs = 1000 / rate
    let at = start + left * meanMs
    const end = start + durationMs
    while (at < end) {
      times.push(at)
      at += meanMs * (shape === Number.POSITIVE_INFINITY ? 1 : gamma(shape, random) / shape)
    }
    left = (at - end) / meanMs
    start = end
  }
  return Float64Array.from(times)
}

/** Gamma with the given shape and scale 1: Marsaglia and Tsang, A simple method for generating gamma variables (2000). */
function gamma(shape: number, random: () => number): number {
  if (shape === 1) return -Math.log(1 - random())
  if (shape < 1) return gamma(shape + 1, random) * (1 - random()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

/** Standard normal by Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
