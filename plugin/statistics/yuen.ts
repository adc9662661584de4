import type { Estimate } from './estimate.ts'
import { variance } from './standard-deviation.ts'
import { type TrimmedSample, trimmedSample } from './trimmed-mean.ts'

/** A part of a variance and the degrees of freedom it was estimated with. */
export interface VarianceComponent {
  variance: number
  degreesOfFreedom: number
}

/** Fewest sessions that allow an interval (rule 4). */
export const leastSessions = 4

/** Whether K sessions allow an interval: at least 4, and not 5, which trimming leaves with 2 degrees of freedom. */
export function enoughSessions(count: number): boolean {
  return count >= leastSessions && count !== 5
}

/**
 * Centre of per-session log-ratios by the 20 %-trimmed t: standard error s √((K − 1)/(h (h − 1))) with h − 1 degrees of
 * freedom, where s is the winsorised deviation and h the number of values kept. (Yuen's own s/((1 − 2g/K) √K) is liberal
 * when sessions are few.)
 * @param resolution relative step of the clock, the least uncertainty of values that came out equal
 * @returns null when there are too few sessions
 */
export function pairedYuen(logRatios: readonly number[], resolution = 0): Estimate | null {
  if (!enoughSessions(logRatios.length)) return null
  const sample = trimmedSample(logRatios)
  if (allEqual(logRatios)) return { centre: sample.mean, standardError: 0, degreesOfFreedom: sample.kept - 1 }
  const { variance, degreesOfFreedom } = componentOf(
    sample,
    sample.winsorisedDeviation > 0 ? sample.winsorisedDeviation ** 2 : plainVariance(logRatios, resolution),
  )
  return { centre: sample.mean, standardError: Math.sqrt(variance), degreesOfFreedom }
}

/**
 * Change between two independent sets of session logs, `next − old`: Yuen-Welch, standard error √(d₁ + d₂), degrees of freedom
 * (d₁ + d₂)² / Σ d²/(h − 1). Where both winsorised deviations are 0 and yet the values differ, the plain deviation and
 * resolution²/12 (a value anywhere within one clock step) take their place.
 * @returns null when either side has too few sessions
 */
export function unpairedYuen(old: readonly number[], next: readonly number[], resolution = 0): Estimate | null {
  const sides = yuenSides([old, next], resolution)
  if (sides === null) return null
  return combine(sides[1]!.centre - sides[0]!.centre, sides)
}

/** A trimmed mean and its variance. */
export interface YuenSide extends VarianceComponent {
  centre: number
}

/** Centre and variance of every side; null when one has too few sessions. All values equal gives variances of 0. */
export function yuenSides(sides: readonly (readonly number[])[], resolution = 0): YuenSide[] | null {
  if (!sides.every((values) => enoughSessions(values.length))) return null
  const samples = sides.map((values) => trimmedSample(values))
  const flat = samples.every(({ winsorisedDeviation }) => winsorisedDeviation === 0)
  const exact = flat && allEqual(sides.flat())
  return samples.map((sample, index) => ({
    centre: sample.mean,
    ...componentOf(
      sample,
      exact ? 0 : flat ? plainVariance(sides[index]!, resolution) : sample.winsorisedDeviation ** 2,
    ),
  }))
}

/** Adds variances, with degrees of freedom after Satterthwaite (1946). */
export function combine(centre: number, components: readonly VarianceComponent[]): Estimate {
  let sum = 0
  let spread = 0
  for (const { variance, degreesOfFreedom } of components) {
    sum += variance
    spread += variance ** 2 / degreesOfFreedom
  }
  const least = Math.min(...components.map(({ degreesOfFreedom }) => degreesOfFreedom))
  return { centre, standardError: Math.sqrt(sum), degreesOfFreedom: spread > 0 ? sum ** 2 / spread : least }
}

/** Whether all values are the same number. */
export function allEqual(values: readonly number[]): boolean {
  return values.every((value) => value === values[0])
}

function componentOf({ n, kept }: TrimmedSample, squaredDeviation: number): VarianceComponent {
  return { variance: ((n - 1) * squaredDeviation) / (kept * (kept - 1)), degreesOfFreedom: kept - 1 }
}

function plainVariance(values: readonly number[], resolution: number): number {
  return variance(values) + resolution ** 2 / 12
}
