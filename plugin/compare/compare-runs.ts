import { type Baseline, baselineFormat, baselineSchema, baselineVersion, toBaseline } from '../judge/baseline.ts'
import { judge } from '../judge/judge.ts'
import type { JudgePolicy } from '../judge/policy.ts'
import type { MetricComparison } from '../judge/report.ts'
import { type Run, runFormat } from '../run/run.ts'
import { runSchema } from '../run/schema.ts'
import type { AnsweredMetric, CompareAnswer } from './answer.ts'
import { checkShape, hasKey } from './check-shape.ts'
import { ImportError } from './imported.ts'

/**
 * Judges a run of ours against another, or against a baseline, as the run itself would have been: with fingerprint, calibration
 * and the spread between runs. Null where the two files are not of these kinds.
 * @throws ImportError for a damaged one
 */
export function compareRuns(old: unknown, next: unknown, policy: JudgePolicy): CompareAnswer | null {
  if (!isFormat(next, runFormat)) return null
  const isBaseline = isFormat(old, baselineFormat)
  if (!isBaseline && !isFormat(old, runFormat)) return null
  const run = checkShape<Run>(runSchema, next, 'a vitest-verdict run')
  const report = judge(run, isBaseline ? readBaseline(old) : asBaseline(old), { ...policy, complete: true })
  return {
    version: 1,
    verdict: report.verdict,
    benchmarks: report.benchmarks.map(({ key, status, metrics }) => ({
      name: key,
      status,
      metrics: Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, answered(metric)])),
    })),
  }
}

function asBaseline(old: unknown): Baseline {
  const run = checkShape<Run>(runSchema, old, 'a vitest-verdict run')
  return toBaseline(run, { acceptedAt: run.finishedAt })
}

function readBaseline(old: unknown): Baseline {
  if (hasKey(old, 'version') && old.version !== baselineVersion) {
    throw new ImportError(
      `${baselineFormat} version ${String(old.version)} is unknown here (this release reads version ${baselineVersion})`,
    )
  }
  return checkShape<Baseline>(baselineSchema, old, 'a vitest-verdict baseline')
}

function isFormat(content: unknown, format: string): boolean {
  return hasKey(content, 'format') && content.format === format
}

function answered(metric: MetricComparison): AnsweredMetric {
  const { unit, direction, old, new: next, ratio, interval, n, verdict, severity, detectable, warnings } = metric
  return { unit, direction, old, new: next, ratio, interval, n, verdict, severity, detectable, warnings }
}
