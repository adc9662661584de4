import type { Benchmark, Run } from '../run/run.ts'
import type { Baseline, BaselineRun } from './baseline.ts'
import { judge } from './judge.ts'
import { toldByPairs } from './judge-pairs.ts'
import { own } from './own.ts'
import type { JudgePolicy } from './policy.ts'
import type { BenchmarkReport, Verdict } from './report.ts'

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
 * By the commit that their newest stored values are of.
 */
export function unconfirmed(
  run: Run,
  baseline: Baseline | null,
  policy: JudgePolicy,
  verdicts: readonly Verdict[],
): Unconfirmed[] {
  if (baseline === null) return []
  const reports = new Map(judge(run, baseline, policy).benchmarks.map((report) => [report.key, report]))
  const doubts = new Map(
    run.benchmarks
      .filter(({ paired }) => paired === undefined)
      .map((benchmark) => [benchmark, doubtsAbout(benchmark, reports.get(benchmark.key)!, verdicts)]),
  )
  const wanted = [...doubts].filter(([, { length }]) => length > 0).map(([benchmark]) => benchmark)
  const groups = Map.groupBy(wanted, ({ key }) => newestRun(baseline, key)?.commit ?? null)
  return [...groups].map(([commit, benchmarks]) => ({
    commit,
    dirty: benchmarks.some(({ key }) => newestRun(baseline, key)?.environment?.dirty === true),
    benchmarks,
    ownFigures: benchmarks.some((each) => doubts.get(each)!.includes('own figure')),
  }))
}

/** What of a benchmark with one of these verdicts can be told by measuring in turns. */
function doubtsAbout(benchmark: Benchmark, { metrics }: BenchmarkReport, verdicts: readonly Verdict[]) {
  return Object.entries(metrics).flatMap(([name, { gate, verdict }]) => {
    const metric = benchmark.sessions.flatMap((session) => own(session.metrics, name) ?? [])[0]
    if (metric === undefined || !gate || !verdicts.includes(verdict)) return []
    return toldByPairs(name, metric) ?? []
  })
}

function newestRun(baseline: Baseline, key: string): BaselineRun | undefined {
  const metrics = Object.values(own(baseline.benchmarks, key)?.metrics ?? {})
  return baseline.runs.findLast(({ id }) => metrics.some(({ runs }) => own(runs, id) !== undefined))
}
