import type { Estimate } from './estimate.ts'
import { mean } from './mean.ts'
import { pooledVariance } from './pooled-variance.ts'
import { variance } from './standard-deviation.ts'
import { combine, leastSessions, type VarianceComponent } from './yuen.ts'

/**
 * How far one new value lies from the level of stored runs of several values each, with the error of predicting a single value:
 * w²(1 + Σ(1/nⱼ)/m²) + τ²(1 + 1/m), where w² is the pooled variance within the m runs and τ² that between their means,
 * pooled with the one expected. Degrees of freedom after Satterthwaite.
 *
 * Nothing is trimmed: the new value may itself be what trimming leaves out.
 * @param runs logs, one list per stored run
 * @param expected variance between runs to expect before several show it
 * @returns null with fewer stored values than a trimmed t would need, or with one only in each run
 */
export function predictedChange(
  runs: readonly (readonly number[])[],
  next: number,
  expected: VarianceComponent,
): Estimate | null {
  const used = runs.filter((values) => values.length > 0)
  const total = used.reduce((sum, values) => sum + values.length, 0)
  const m = used.length
  const degreesOfFreedom = total - m
  if (total < leastSessions || degreesOfFreedom < 1) return null
  const within =
    used.reduce((sum, values) => sum + (values.length > 1 ? variance(values) * (values.length - 1) : 0), 0) /
    degreesOfFreedom
  const means = used.map((values) => mean(values))
  const between = pooledVariance(means, expected)
  const ofLevel = used.reduce((sum, values) => sum + 1 / values.length, 0) / m ** 2
  return combine(next - mean(means), [
    { variance: within * (1 + ofLevel), degreesOfFreedom },
    { variance: between.variance * (1 + 1 / m), degreesOfFreedom: between.degreesOfFreedom },
  ])
}
