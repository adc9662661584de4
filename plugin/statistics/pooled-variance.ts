import { variance } from './standard-deviation.ts'
import type { VarianceComponent } from './yuen.ts'

/**
 * Variance of `values` pooled with one that is expected and weighs as many degrees of freedom as it says, so that two or three
 * values do not decide alone; below two values the expected one speaks.
 * @example pooledVariance([1, 3], { variance: 4, degreesOfFreedom: 3 }) // { variance: 3.5, degreesOfFreedom: 4 }
 */
export function pooledVariance(values: readonly number[], expected: VarianceComponent): VarianceComponent {
  if (values.length < 2) return expected
  const seen = values.length - 1
  const degreesOfFreedom = seen + expected.degreesOfFreedom
  return {
    variance: (seen * variance(values) + expected.degreesOfFreedom * expected.variance) / degreesOfFreedom,
    degreesOfFreedom,
  }
}
