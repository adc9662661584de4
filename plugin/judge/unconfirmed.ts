import type { Benchmark, Run } from '../run/run.ts'
import type { Baseline, BaselineRun } from './baseline.ts'
import type { MetricJudgement } from './compare-metric.ts'
import { baselineState, judgeMetrics } from './judge.ts'
import { toldByPairs } from './judge-pairs.ts'
import { own } from './own.ts'
import type { JudgePolicy } from './policy.ts'
import type { Verdict } from './report.ts'

/** Benchmarks whose stored values come from one commit. */
export interface Unconfirmed {
  /** Null where the baseline does not say. */
  commit: string | null
  /** Whether there were uncommitted changes when the values were stored, so that the commit is not quite what was measured. */
  dirty: boolean
  benchmarks: Benchmark[]
  /** Whether figures of the benchmarks' own are in doubt. */
  ownFigures: boolean
}

/**
 * The benchmarks that measuring in turns could tell more about: a figure that gates has one of these verdicts against the baseline.
 * By the commit of the oldest run that they were compared with, of those with a commit and no uncommitted changes if there are
 * any: where the level has crept since, or a slower run was accepted into it, a newer commit would clear what the whole level
 * does not.
 */
export function unconfirmed(
  run: Run,
  baseline: Baseline | null,
  policy: JudgePolicy,
  verdicts: readonly Verdict[],
): Unconfirmed[] {
  if (baseline === null || baselineState(run, baseline, null).kind !== 'compared') return []
  const doubts = run.benchmarks
    .filter(({ paired }) => paired === undefined)
    .flatMap((benchmark) => doubtAbout(run, benchmark, baseline, policy, verdicts) ?? [])
  const groups = Map.groupBy(doubts, ({ stored }) => `${stored?.commit} ${stored?.environment?.dirty === true}`)
  return [...groups.values()].map((group) => {
    const { stored } = group[0]!
    return {
      commit: stored?.commit ?? null,
      dirty: stored?.environment?.dirty === true,
      benchmarks: group.map(({ benchmark }) => benchmark),
      ownFigures: group.some(({ told }) => told.includes('own figure')),
    }
  })
}

/** What of a benchmark with one of these verdicts can be told by measuring in turns; null where that is nothing. */
function doubtAbout(
  run: Run,
  benchmark: Benchmark,
  baseline: Baseline,
  policy: JudgePolicy,
  verdicts: readonly Verdict[],
) {
  const doubts = Object.entries(judgeMetrics(run, benchmark, baseline, policy)).flatMap(([name, judgement]) => {
    const { gate, verdict } = judgement.comparison
    const metric = benchmark.sessions.flatMap((session) => own(session.metrics, name) ?? [])[0]
    const told = metric === undefined ? null : toldByPairs(name, metric)
    return told === null || !gate || !verdicts.includes(verdict) ? [] : [{ told, judgement }]
  })
  if (doubts.length === 0) return null
  const ids = doubts.flatMap(({ judgement }) => comparedWith(judgement))
  const compared = baseline.runs.filter(({ id }) => ids.includes(id))
  const stored = compared.find(({ commit, environment }) => commit !== null && !environment?.dirty) ?? compared[0]
  return { benchmark, stored, told: doubts.map(({ told }) => told) }
}

function comparedWith({ quantity }: MetricJudgement): BaselineRun['id'][] {
  return quantity === null ? [] : quantity.steps.old.map(({ id }) => id)
}
