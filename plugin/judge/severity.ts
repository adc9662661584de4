import type { Severity } from './report.ts'

/** Where a severity begins, per cent worse. */
export interface SeverityLimits {
  medium: number
  high: number
  critical: number
}

const order: readonly Severity[] = ['low', 'medium', 'high', 'critical']

/**
 * Severity of a change for the worse, by its estimate (VERDICT.md rule 6).
 * @param percentWorse of metrics where higher is better, the rise of the reciprocal
 * @example severityOf(108.6, { medium: 10, high: 25, critical: 50 }) // 'critical'
 */
export function severityOf(percentWorse: number, limits: SeverityLimits): Severity {
  if (percentWorse > limits.critical) return 'critical'
  if (percentWorse > limits.high) return 'high'
  return percentWorse > limits.medium ? 'medium' : 'low'
}

/** Whether `severity` is at or above `limit`. */
export function reaches(severity: Severity, limit: Severity): boolean {
  return order.indexOf(severity) >= order.indexOf(limit)
}

/** The graver of two. */
export function worstSeverity(severities: readonly (Severity | null)[]): Severity | null {
  return severities.reduce<Severity | null>(
    (worst, severity) => (severity !== null && (worst === null || reaches(severity, worst)) ? severity : worst),
    null,
  )
}
