import type { Run } from '../run/run.ts'
import { screeningAlpha } from './alpha.ts'
import type { Baseline } from './baseline.ts'
import { judgeMetrics } from './judge.ts'
import type { JudgePolicy } from './policy.ts'

/**
 * Keys of the benchmarks that want a confirming batch (VERDICT.md rule 7): at one-sided α .05 one of the gating metrics looks
 * regressed or improved. What is not flagged here cannot be `regressed` or `improved` at α .005 either. A benchmark that
 * has been confirmed already (it has screening sessions) is never flagged again.
 */
export function needsConfirmation(run: Run, baseline: Baseline | null, policy: JudgePolicy): string[] {
  if (baseline === null) return []
  return run.benchmarks
    .filter(({ sessions }) => sessions.every(({ screening }) => screening !== true))
    .filter((benchmark) =>
      Object.values(judgeMetrics(run, benchmark, baseline, policy, screeningAlpha)).some(
        ({ comparison }) =>
          comparison.gate && (comparison.verdict === 'regressed' || comparison.verdict === 'improved'),
      ),
    )
    .map(({ key }) => key)
}

/**
 * The run with the present sessions of these benchmarks marked as screening: kept, but judged no more. The sessions of the
 * confirming batch are added unmarked and judged alone.
 */
export function markScreening(run: Run, keys: readonly string[]): Run {
  const flagged = new Set(keys)
  return {
    ...run,
    benchmarks: run.benchmarks.map((benchmark) =>
      flagged.has(benchmark.key)
        ? { ...benchmark, sessions: benchmark.sessions.map((session) => ({ ...session, screening: true })) }
        : benchmark,
    ),
  }
}
