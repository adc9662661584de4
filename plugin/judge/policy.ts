import type { Severity } from './report.ts'
import type { SeverityLimits } from './severity.ts'

/** What a judge has to be told; `ResolvedOptions` has the first four. */
export interface JudgePolicy {
  /** Practical threshold, per cent; a benchmark's own goes before it. */
  threshold: number
  /** Lowest severity that makes the exit code 1. */
  failOn: Severity
  /** Whether `inconclusive` makes the exit code 2. */
  strict: boolean
  severity: SeverityLimits
  /** How the report names the baseline's file. */
  baselinePath?: string | null
  /** Whether the run covers every benchmark there is; only then is one that is missing `removed`. Default false. */
  complete?: boolean
}

/**
 * Practical threshold of rates, percentage points, where durations use the default of 5 %. A suite that promises over 99 %
 * success has broken its word after one whole point; severities shrink in the same proportion.
 */
export const rateThresholdPoints = 1

/** ln(1 + per cent / 100): thresholds live on the log scale. */
export function logThreshold(percent: number): number {
  return Math.log1p(percent / 100)
}
