import type { Baseline } from '../plugin/judge/baseline.ts'
import type { JudgePolicy } from '../plugin/judge/policy.ts'
import { markScreening, needsConfirmation } from '../plugin/judge/screen.ts'
import type { Run } from '../plugin/run/run.ts'
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
  const again = await measureAgain(run.benchmarks.filter(({ key }) => keys.includes(key)))
  const fresh = new Map(again.benchmarks.map((benchmark) => [benchmark.key, benchmark.sessions]))
  const confirmed = keys.filter((key) => fresh.has(key))
  const screened = markScreening(run, confirmed)
  return {
    ...screened,
    finishedAt: new Date().toISOString(),
    failures: [...run.failures, ...again.failures],
    benchmarks: screened.benchmarks.map((benchmark) => {
      const before = benchmark.sessions.length
      const sessions = confirmed.includes(benchmark.key) ? (fresh.get(benchmark.key) ?? []) : []
      const later = sessions.map((session) => ({ ...session, session: session.session + before }))
      return { ...benchmark, sessions: [...benchmark.sessions, ...later] }
    }),
  }
}
