import { type Estimate, halfWidth } from '../statistics/estimate.ts'
import { studentTQuantile } from '../statistics/student-t.ts'

/** Power at which a slowdown counts as one that would have been found. */
const power = 0.8

/**
 * Smallest slowdown that a comparison this precise finds with 80 % power, per cent (VERDICT.md rule 7):
 * exp(max(t(1 − α) · se, ln(1 + δ)) + t(.80) · se) − 1.
 * @param delta practical threshold on the log scale
 */
export function detectablePercent(estimate: Estimate, alpha: number, delta: number): number {
  const beyond =
    estimate.standardError === 0 ? 0 : studentTQuantile(power, estimate.degreesOfFreedom) * estimate.standardError
  return Math.expm1(Math.max(halfWidth(estimate, alpha), delta) + beyond) * 100
}
