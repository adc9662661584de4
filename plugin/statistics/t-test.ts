import { mean } from './mean.ts'
import { variance } from './standard-deviation.ts'
import { studentTCdf } from './student-t.ts'

export interface TTest {
  t: number
  degreesOfFreedom: number
  /** Two-sided. */
  p: number
}

/** Welch's t of two independent samples with unequal variances. */
export function welchTTest(first: readonly number[], second: readonly number[]): TTest {
  const d1 = variance(first) / first.length
  const d2 = variance(second) / second.length
  const degreesOfFreedom = (d1 + d2) ** 2 / (d1 ** 2 / (first.length - 1) + d2 ** 2 / (second.length - 1))
  return testOf((mean(first) - mean(second)) / Math.sqrt(d1 + d2), degreesOfFreedom)
}

/** t of the differences of samples that belong together pair by pair. */
export function pairedTTest(first: readonly number[], second: readonly number[]): TTest {
  const differences = first.map((value, index) => value - second[index]!)
  return testOf(mean(differences) / Math.sqrt(variance(differences) / differences.length), differences.length - 1)
}

function testOf(t: number, degreesOfFreedom: number): TTest {
  return { t, degreesOfFreedom, p: 2 * studentTCdf(-Math.abs(t), degreesOfFreedom) }
}
