import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { judge } from '../plugin/judge/judge.ts'
import type { JudgePolicy } from '../plugin/judge/policy.ts'
import type { Report } from '../plugin/judge/report.ts'
import { checkTargets, type TargetResult } from '../plugin/judge/targets.ts'
import { redactRun } from '../plugin/run/redact-run.ts'
import { secretValues } from '../plugin/run/redact-secrets.ts'
import type { Run } from '../plugin/run/run.ts'
import { baselinePath } from '../plugin/store/baseline-path.ts'
import { type History, readHistory, writeHistory } from '../plugin/store/history.ts'
import { toHistoryEntry } from '../plugin/store/history-entry.ts'
import { InputError } from '../plugin/store/input-error.ts'
import { openHistory } from '../plugin/store/open-history.ts'
import { otherBaselines } from '../plugin/store/other-baselines.ts'
import { readBaseline } from '../plugin/store/read-baseline.ts'
import { readTargets } from '../plugin/store/read-targets.ts'
import { targetSecrets } from '../plugin/system/target-secrets.ts'
import { adviseOnBaseline } from './baseline-advice.ts'
import { confirmRun } from './confirm-run.ts'
import { combineExitCodes, exitCodeOfTargets } from './exit-code.ts'
import { type FinishedRun, toRun } from './finished-run.ts'
import { pairRun } from './pair-run.ts'
import { colourPalette, plainPalette } from './palette.ts'
import { plainText } from './plain-text.ts'
import { describeSkipped } from './skipped.ts'
import { targetLines } from './target-lines.ts'
import { renderTerminal } from './terminal.ts'
import { writeOutputs } from './write-outputs.ts'

/** The end of a run: judge it, write the files, say the verdict, set the exit code. */
export async function concludeRun(finished: FinishedRun): Promise<void> {
  const { options, root, log, terminal } = finished
  if (finished.benchmarks.length === 0 && finished.failures.length === 0) {
    for (const line of describeSkipped(finished.skipped)) log(line)
    log(
      'vitest-verdict: no benchmark was measured, so there is no verdict. Check the filters, or call `.run()` on what `bench()` gives.',
    )
    // A filter that matches nothing is a slip, not a pass.
    if (finished.partial && !finished.interrupted) process.exitCode = combineExitCodes(Number(process.exitCode ?? 0), 3)
    return
  }
  const measured = toRun(finished)
  const palette = terminal.colours ? colourPalette : plainPalette
  let exitCode = 0
  const complain = (error: unknown) => {
    if (!(error instanceof InputError)) throw error
    log(palette.bad(`vitest-verdict: ${error.message}`))
    exitCode = combineExitCodes(exitCode, 3)
    return null
  }

  const path = resolve(root, baselinePath(options, measured.machineClass))
  const stored = existsSync(path)
  const baseline = stored ? await readBaseline(path).catch(complain) : null
  const policy: JudgePolicy = {
    ...options,
    complete: !finished.partial && measured.complete && finished.skipped.length === 0,
    baselinePath: relative(root, path),
  }
  const secrets = [...targetSecrets(options.target), ...secretValues(process.env)]
  // In turns with the version that was asked for, a second look at the stored baseline would say nothing.
  const confirmed = options.against === null ? await confirmRun(measured, baseline, policy, finished) : measured
  const paired = await pairRun(confirmed, baseline, policy, finished)
  for (const problem of paired.problems) complain(new InputError(problem))
  const run = redactRun(paired.run, secrets, root)
  const report = withBaselineState(judge(run, baseline, policy), stored && baseline === null, policy)
  const aims = (await readTargets(root, options.targets).catch(complain)) ?? []
  const targets: TargetResult[] = checkTargets(report.benchmarks, aims)
  const doubt = (error: Error) => log(palette.doubtful(`vitest-verdict: ${plainText(error.message, 500)}`))
  const written = await writeOutputs(resolve(root, options.outputDir), {
    run,
    report,
    targets,
    page: async (named) => {
      const history = await recordHistory(named, finished, doubt)
      // Loaded now only: the chart library takes a third of a second, which no start of Vitest should pay.
      const { htmlReport } = await import('./html-report.ts')
      const html = await htmlReport({ run: named, report, results: targets, targets: aims, history }).catch(
        (error: Error) => {
          doubt(new Error(`No HTML report: ${error.message}`, { cause: error }))
          return null
        },
      )
      if (html !== null) await finished.show?.(html)
      return html
    },
  }).catch(complain)

  log(`\n${renderTerminal(report, { width: terminal.columns, palette })}`)
  if (report.baseline.kind === 'none') {
    const others = options.baseline === null ? await otherBaselines(path) : []
    for (const line of adviseOnBaseline(run.machineClass, others, run.environment.ci)) log(line)
  }
  for (const line of targetLines(targets, options.failOnTarget ? palette.bad : palette.doubtful)) log(line)
  exitCode = combineExitCodes(exitCode, exitCodeOfTargets(targets, options.failOnTarget))
  if (written !== null) log(palette.faint(`Written to ${options.outputDir}/: ${written.join(', ')}`))
  // What Vitest has set meanwhile (a failed test, a worker that crashed) is never lowered.
  const codes = [Number(process.exitCode ?? 0), exitCode, report.exitCode]
  process.exitCode = codes.reduce(combineExitCodes)
}

/** A baseline that is there but cannot be read is not the same as none: nothing is to be accepted over it. */
function withBaselineState(report: Report, unreadable: boolean, { baselinePath: path }: JudgePolicy): Report {
  if (!unreadable) return report
  return { ...report, baseline: { kind: 'incompatible', path: path ?? '', reason: 'the baseline cannot be read' } }
}

/** Adds the run to the history and reads all of it. Neither can fail a run: its verdict does not depend on them. */
async function recordHistory(
  run: Run,
  { options, root }: FinishedRun,
  doubt: (error: Error) => void,
): Promise<History> {
  const location = process.env.VITEST_VERDICT_HISTORY || join(options.outputDir, 'history')
  try {
    const store = await openHistory(location, { cwd: root, env: process.env })
    try {
      if (run.benchmarks.length > 0) await writeHistory(store, toHistoryEntry(run))
      return await readHistory(store)
    } finally {
      await store.close()
    }
  } catch (error) {
    doubt(error as Error)
    return { entries: [], skipped: [] }
  }
}
