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

/** Practical threshold that the options have by default, per cent; the default severity limits are made for it. */
export const defaultThreshold = 5

/**
 * Practical threshold of rates, percentage points. A suite that promises over 99 % success has broken its word after one whole
 * point. It is fixed: who sets another `threshold`, because durations are noisy or must be held more tightly, has said
 * nothing of how many failures are too many.
 */
export const rateThresholdPoints = 1

/**
 * Where severities of rates begin, percentage points: the limits of the durations in the proportion of the two default
 * thresholds, 1 point to 5 %, so 10, 25 and 50 % become 2, 5 and 10 points. A user's `severity` moves them, a user's
 * `threshold` does not, as it does not move the limits of durations either.
 */
export function rateSeverityLimits({ medium, high, critical }: SeverityLimits): SeverityLimits {
  const scale = rateThresholdPoints / defaultThreshold
  return { medium: medium * scale, high: high * scale, critical: critical * scale }
}

/** ln(1 + per cent / 100): thresholds live on the log scale. */
export function logThreshold(percent: number): number {
  return Math.log1p(percent / 100)
}
