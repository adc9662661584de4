import type { Benchmark, Run } from '../run/run.ts'
import type { Baseline, BaselineRun } from './baseline.ts'
import { judge } from './judge.ts'
import { canBeConfirmed } from './judge-pairs.ts'
import { own } from './own.ts'
import type { JudgePolicy } from './policy.ts'

/** Benchmarks whose stored values come from one commit. */
export interface Unconfirmed {
  /** Null where the baseline does not say. */
  commit: string | null
  /** Whether there were uncommitted changes when the values were stored, so that the commit is not quite what was measured. */
  dirty: boolean
  benchmarks: Benchmark[]
}

/**
 * The benchmarks that measuring in turns could tell more about: a duration that gates has regressed or is inconclusive against the
 * baseline. By the commit that their newest stored values are of.
 */
export function unconfirmed(run: Run, baseline: Baseline | null, policy: JudgePolicy): Unconfirmed[] {
  if (baseline === null) return []
  const reports = judge(run, baseline, policy).benchmarks
  const wanted = run.benchmarks.filter(
    ({ key, paired }) =>
      paired === undefined && reports.some((each) => each.key === key && canBeConfirmed(each.metrics)),
  )
  const groups = Map.groupBy(wanted, ({ key }) => newestRun(baseline, key)?.commit ?? null)
  return [...groups].map(([commit, benchmarks]) => ({
    commit,
    dirty: benchmarks.some(({ key }) => newestRun(baseline, key)?.environment?.dirty === true),
    benchmarks,
  }))
}

function newestRun(baseline: Baseline, key: string): BaselineRun | undefined {
  const metrics = Object.values(own(baseline.benchmarks, key)?.metrics ?? {})
  return baseline.runs.findLast(({ id }) => metrics.some(({ runs }) => own(runs, id) !== undefined))
}
