import type { Paired, PairedWith } from '../run/run.ts'
import { comparePaired, type PairedJudgement } from './paired.ts'
import type { MetricComparison } from './report.ts'
import type { SeverityLimits } from './severity.ts'
import { worstVerdict } from './verdict.ts'

/** A figure measured in turns with another version, and what `explain` needs of the way to its verdict. */
export interface PairJudgement {
  comparison: MetricComparison
  judgement: PairedJudgement | null
}

/**
 * Judges what was measured in turns with another version.
 * @returns by the name that the figure has among a benchmark's metrics, `paired_duration_mean` say
 */
export function judgePairs(
  { ref, commit, figures }: Paired,
  policy: { threshold: number; severity: SeverityLimits },
): Record<string, PairJudgement> {
  const named = nameOf({ ref, commit })
  return Object.fromEntries(
    Object.entries(figures).map(([name, { title, control, ...figure }]) => [
      `paired_${name}`,
      comparePaired(
        { ...figure, title: `${title} in turns with ${named}`, ...(control !== undefined && { nullArm: control }) },
        policy,
      ),
    ]),
  )
}

/** What the pairs measure as well: where they decide, these no longer do. Other metrics only the stored sessions know. */
const answeredByPairs = new Set(['duration_median', 'duration_mean', 'duration_first_step', 'max_throughput'])

/** Whether measuring in turns could settle any of these. */
export function canBeConfirmed(metrics: Readonly<Record<string, MetricComparison>>): boolean {
  return Object.entries(metrics).some(
    ([name, { gate, verdict }]) =>
      answeredByPairs.has(name) && gate && (verdict === 'regressed' || verdict === 'inconclusive'),
  )
}

/**
 * Joins both comparisons: pairs that decide take the place of the stored durations; where they leave it open, what the stored
 * comparison found stands (`confirmed: false`), if it found anything.
 */
export function joinPairs(
  stored: Readonly<Record<string, MetricComparison>>,
  pairs: Readonly<Record<string, PairJudgement>>,
): { metrics: Record<string, MetricComparison>; confirmed: boolean } {
  const paired = Object.entries(pairs).map(([name, { comparison }]) => [name, comparison] as const)
  const verdict = worstVerdict(paired.filter(([, { gate }]) => gate).map(([, each]) => each.verdict))
  const isAnswered = (name: string) => answeredByPairs.has(name) && stored[name]?.verdict !== 'no-baseline'
  const before = Object.entries(stored)
  const confirmed = verdict !== 'inconclusive' && verdict !== 'no-baseline'
  const stands = !confirmed && before.some(([name]) => isAnswered(name))
  const silenced = (name: string) => (stands ? Object.hasOwn(pairs, name) : isAnswered(name))
  const metrics = [...(stands ? [...before, ...paired] : [...paired, ...before])].map(
    ([name, each]) => [name, silenced(name) ? { ...each, gate: false } : each] as const,
  )
  return { metrics: Object.fromEntries(metrics), confirmed }
}

/**
 * @param digits of the commit that are shown
 * @example nameOf({ ref: 'main', commit: 'a1b2c3d…' }) // 'main (a1b2c3d)'
 */
export function nameOf({ ref, commit }: PairedWith, digits = 7): string {
  const short = commit.slice(0, digits)
  return commit.startsWith(ref) ? short : `${ref} (${short})`
}
