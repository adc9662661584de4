import type { Baseline } from '../plugin/judge/baseline.ts'
import type { JudgePolicy } from '../plugin/judge/policy.ts'
import { markScreening, needsConfirmation } from '../plugin/judge/screen.ts'
import type { Benchmark, Run } from '../plugin/run/run.ts'
import type { FinishedRun } from './finished-run.ts'
import { plainText } from './plain-text.ts'

/**
 * Gives a benchmark that looks changed one fresh batch, by which alone it is judged (VERDICT.md rule 7). The quick profile only
 * advises: there the first look is the only one.
 */
export async function confirmRun(
  run: Run,
  baseline: Baseline | null,
  policy: JudgePolicy,
  { options, interrupted, measureAgain, log }: FinishedRun,
): Promise<Run> {
  if (options.profile === 'quick' || interrupted || measureAgain === undefined) return run
  const keys = needsConfirmation(run, baseline, policy)
  if (keys.length === 0) return run
  const named = keys.length === 1 ? plainText(keys[0] ?? '') : `${keys.length} benchmarks`
  log(`\n${named} may have changed: measuring again, to be sure.`)
  const suspects = run.benchmarks.filter(({ key }) => keys.includes(key))
  const again = await measureAgain(withThoseBefore(run.benchmarks, suspects)).catch((error: Error) => error)
  if (again instanceof Error) {
    const text = `Measuring again failed (${again.message}): the verdict rests on the first look`
    return { ...run, warnings: [...run.warnings, { code: 'not-confirmed', text }] }
  }
  const fresh = new Map(again.benchmarks.filter(hasEvidence).map((each) => [place(each), each.sessions]))
  const confirmed = suspects.filter((each) => fresh.has(place(each))).map(({ key }) => key)
  const screened = markScreening(run, confirmed)
  return {
    ...screened,
    finishedAt: new Date().toISOString(),
    complete: run.complete && !again.interrupted,
    failures: [
      ...run.failures,
      ...again.failures.map((failure) => ({ ...failure, session: failure.session + run.options.sessions })),
    ],
    benchmarks: screened.benchmarks.map((benchmark) => {
      const before = benchmark.sessions.length
      const sessions = confirmed.includes(benchmark.key) ? (fresh.get(place(benchmark)) ?? []) : []
      const later = sessions.map((session) => ({ ...session, session: session.session + before }))
      return { ...benchmark, sessions: [...benchmark.sessions, ...later] }
    }),
  }
}

/**
 * Suspects, and what the run measured before them in the same process: code that it compiled and connections that it opened are part
 * of what the baseline knows. Measured alone, a benchmark of 25 ms at the end of its file took 28.
 */
function withThoseBefore(benchmarks: readonly Benchmark[], suspects: readonly Benchmark[]): Benchmark[] {
  const last = new Map(suspects.map((suspect) => [fileOf(suspect), benchmarks.indexOf(suspect)]))
  return benchmarks.filter((each, index) => index <= (last.get(fileOf(each)) ?? -1))
}

function fileOf({ project, file }: Benchmark): string {
  return `${project}\0${file}`
}

function hasEvidence({ sessions }: Benchmark): boolean {
  return sessions.some(({ status }) => status === 'complete')
}

/** Keys of duplicates are numbered run by run; what a benchmark is stays. */
function place({ project, file, test, name }: Benchmark): string {
  return [project, file, test, name].join('\0')
}
