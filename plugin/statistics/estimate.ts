import { studentTQuantile } from './student-t.ts'

/**
 * A change on the natural log scale with what is known of its error. A standard error of 0 stands for an exact comparison.
 */
export interface Estimate {
  /** ln(new / old). */
  centre: number
  standardError: number
  degreesOfFreedom: number
}

/** A confidence interval around the estimate it was made from. */
export interface Change {
  low: number
  estimate: number
  high: number
}

/** Interval that leaves out `alpha` on each side. */
export function intervalOf({ centre, standardError, degreesOfFreedom }: Estimate, alpha: number): Change {
  const half = halfWidth({ centre, standardError, degreesOfFreedom }, alpha)
  return { low: centre - half, estimate: centre, high: centre + half }
}

/** t(1 − α) · standard error. */
export function halfWidth({ standardError, degreesOfFreedom }: Estimate, alpha: number): number {
  return standardError === 0 ? 0 : studentTQuantile(1 - alpha, degreesOfFreedom) * standardError
}

/** The same change seen from the other side. */
export function mirror({ low, estimate, high }: Change): Change {
  return { low: -high, estimate: -estimate, high: -low }
}
