import { performance } from 'node:perf_hooks'
import type { Baseline } from '../plugin/judge/baseline.ts'
import type { JudgePolicy } from '../plugin/judge/policy.ts'
import type { Verdict } from '../plugin/judge/report.ts'
import { type Unconfirmed, unconfirmed } from '../plugin/judge/unconfirmed.ts'
import type { ResolvedOptions } from '../plugin/options.ts'
import type { Warning } from '../plugin/run/measurement.ts'
import type { Benchmark, Paired, PairedWith, Run } from '../plugin/run/run.ts'
import type { FinishedRun } from './finished-run.ts'
import { plainText } from './plain-text.ts'

export interface PairedRun {
  run: Run
  /** What kept benchmarks from being measured in turns; the run's warnings have it too. */
  problems: string[]
}

/** Longest that may be taken for what nobody has asked for in so many words, ms: a whole run may take ten minutes. */
const mostUnaskedMs = 180_000

/**
 * Measures benchmarks in turns with another version: all of them with that of the option `against`, or, under `confirm`, those
 * that a stored baseline leaves in doubt with its commit. What cannot be measured stays judged as it was; where nobody has asked
 * for it in so many words that is a warning, no problem.
 */
export async function pairRun(
  run: Run,
  baseline: Baseline | null,
  policy: JudgePolicy,
  { options, interrupted, measurePairs, log }: FinishedRun,
): Promise<PairedRun> {
  const asked = options.against !== null || options.confirm === true
  const wanted =
    options.against === null
      ? unconfirmed(run, baseline, policy, verdictsToConfirm(options.confirm))
      : [{ commit: options.against, dirty: false, benchmarks: run.benchmarks, ownFigures: false }]
  if (interrupted || measurePairs === undefined || wanted.length === 0) return { run, problems: [] }
  const paired = new Map<Benchmark, Paired>()
  const problems: Warning[] = []
  const doubts: Warning[] = []
  let against: PairedWith | undefined
  const start = performance.now()
  for (const group of wanted) {
    const { commit, dirty, benchmarks, ownFigures } = group
    const fail = (text: string) => void problems.push({ code: 'not-paired', text })
    if (commit === null) {
      fail(
        `Cannot confirm ${nameAll(benchmarks)}: the baseline does not say of which commit it is; accept a run made in a git repository`,
      )
      continue
    }
    // The changes may be what made it fast: without them the commit would clear whatever takes them back.
    if (dirty && !asked) {
      fail(
        `Cannot confirm ${nameAll(benchmarks)}: the baseline was made with uncommitted changes, so no commit is what was measured then; accept a run made without any`,
      )
      continue
    }
    log(`\n${nameAll(benchmarks)}: measuring in turns with ${commit.slice(0, 40)}.`)
    try {
      const measured = await measurePairs(commit, benchmarks, {
        ownFigures,
        confirming: options.against === null,
        install: asked,
        mostMs: asked ? Number.POSITIVE_INFINITY : Math.max(0, mostUnaskedMs - (performance.now() - start)),
      })
      for (const [benchmark, each] of measured.paired) paired.set(benchmark, each)
      measured.problems.forEach(fail)
      if (options.against === null) doubts.push(...doubtsAbout(group, measured.paired, commit))
      else against = measured.with
    } catch (error) {
      fail(`Measuring in turns failed: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const { policy: judged } = run.options
  return {
    problems: asked ? problems.map(({ text }) => text) : [],
    run: {
      ...run,
      finishedAt: new Date().toISOString(),
      options: against && judged ? { ...run.options, policy: { ...judged, against } } : run.options,
      benchmarks: run.benchmarks.map((benchmark) => {
        const each = paired.get(benchmark)
        return each === undefined ? benchmark : { ...benchmark, paired: each }
      }),
      warnings: [...run.warnings, ...problems, ...doubts],
    },
  }
}

function verdictsToConfirm(confirm: ResolvedOptions['confirm']): Verdict[] {
  return confirm === true ? ['regressed', 'inconclusive'] : confirm === 'regressed' ? ['regressed'] : []
}

function doubtsAbout(
  { benchmarks, dirty }: Unconfirmed,
  paired: ReadonlyMap<Benchmark, Paired>,
  commit: string,
): Warning[] {
  const missing = benchmarks.filter((benchmark) => !paired.has(benchmark))
  const doubts: Warning[] = []
  if (missing.length > 0) {
    const text = `${nameAll(missing)}: nothing at ${commit.slice(0, 7)} could be measured in turns with it, so what the baseline says stands`
    doubts.push({ code: 'not-confirmed', text })
  }
  if (dirty && paired.size > 0) {
    const text = `The baseline was made with uncommitted changes to ${commit.slice(0, 7)}; measured in turns was the commit without them`
    doubts.push({ code: 'baseline-dirty', text })
  }
  return doubts
}

function nameAll(benchmarks: readonly Benchmark[]): string {
  return benchmarks.length === 1 ? plainText(benchmarks[0]!.key) : `${benchmarks.length} benchmarks`
}
