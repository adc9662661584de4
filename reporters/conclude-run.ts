import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import type { Baseline } from '../plugin/judge/baseline.ts'
import { judge } from '../plugin/judge/judge.ts'
import type { JudgePolicy } from '../plugin/judge/policy.ts'
import type { Report } from '../plugin/judge/report.ts'
import { markScreening, needsConfirmation } from '../plugin/judge/screen.ts'
import { checkTargets, type TargetResult } from '../plugin/judge/targets.ts'
import type { ResolvedOptions } from '../plugin/options.ts'
import { type Environment, machineClass } from '../plugin/run/environment.ts'
import type { Warning } from '../plugin/run/measurement.ts'
import { redactRun } from '../plugin/run/redact-run.ts'
import { secretValues } from '../plugin/run/redact-secrets.ts'
import type { Benchmark, Failure, Run } from '../plugin/run/run.ts'
import { runFormat, runVersion } from '../plugin/run/run.ts'
import { runId } from '../plugin/run/run-id.ts'
import { baselinePath } from '../plugin/store/baseline-path.ts'
import { type History, readHistory, writeHistory } from '../plugin/store/history.ts'
import { toHistoryEntry } from '../plugin/store/history-entry.ts'
import { InputError } from '../plugin/store/input-error.ts'
import { openHistory } from '../plugin/store/open-history.ts'
import { readBaseline } from '../plugin/store/read-baseline.ts'
import { readTargets } from '../plugin/store/read-targets.ts'
import { combineExitCodes } from './exit-code.ts'
import { colourPalette, plainPalette } from './palette.ts'
import { plainText } from './plain-text.ts'
import { renderTerminal } from './terminal.ts'
import { writeOutputs } from './write-outputs.ts'

export interface FinishedRun {
  options: ResolvedOptions
  /** Absolute path that files are named from. */
  root: string
  environment: Environment
  startedAt: Date
  finishedAt: Date
  interrupted: boolean
  /** Whether a filter left benchmarks out. */
  partial: boolean
  sessions: number
  benchmarks: Benchmark[]
  failures: Failure[]
  warnings: Warning[]
  /** Measures benchmarks in as many fresh sessions once more; absent where nothing can be run. */
  measureAgain?: (benchmarks: readonly Benchmark[]) => Promise<Remeasured>
  log: (text: string) => void
  terminal: { columns: number; colours: boolean }
}

export interface Remeasured {
  benchmarks: Benchmark[]
  failures: Failure[]
}

/** The end of a run: judge it, write the files, say the verdict, set the exit code. */
export async function concludeRun(finished: FinishedRun): Promise<void> {
  const { options, root, log, terminal } = finished
  if (finished.benchmarks.length === 0 && finished.failures.length === 0) return
  const measured = toRun(finished)
  const palette = terminal.colours ? colourPalette : plainPalette
  let exitCode: number = process.exitCode === undefined ? 0 : Number(process.exitCode)
  const complain = (error: unknown) => {
    if (!(error instanceof InputError)) throw error
    log(palette.bad(`vitest-verdict: ${error.message}`))
    exitCode = combineExitCodes(exitCode, 3)
    return null
  }

  const path = resolve(root, baselinePath(options, measured.machineClass))
  const baseline = existsSync(path) ? await readBaseline(path).catch(complain) : null
  const policy: JudgePolicy = {
    ...options,
    complete: !finished.partial && measured.complete,
    baselinePath: relative(root, path),
  }
  const run = redactRun(await confirm(measured, baseline, policy, finished), secretValues(process.env))
  const report: Report = judge(run, baseline, policy)
  const aims = (await readTargets(root).catch(complain)) ?? []
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
      return htmlReport({ run: named, report, results: targets, targets: aims, history }).catch((error: Error) => {
        doubt(new Error(`No HTML report: ${error.message}`, { cause: error }))
        return null
      })
    },
  }).catch(complain)

  log(`\n${renderTerminal(report, { width: terminal.columns, palette })}`)
  for (const { key, figure, aim, value } of targets.filter((target) => !target.met)) {
    log(palette.doubtful(`Target missed: ${key} ${figure} ${aim}, measured ${Number(value.toPrecision(4))}`))
  }
  if (written !== null) log(palette.faint(`Written to ${options.outputDir}/: ${written.join(', ')}`))
  process.exitCode = combineExitCodes(exitCode, report.exitCode)
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

/**
 * Gives a benchmark that looks changed one fresh batch, by which alone it is judged (VERDICT.md rule 7). The quick profile only
 * advises: there the first look is the only one.
 */
async function confirm(
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

function toRun(finished: FinishedRun): Run {
  const { options, environment, startedAt, benchmarks } = finished
  const { iterations, warmup, concurrent, profiling, memoryTracking, useAnalyticalModels, analyticalModels } = options
  const { threshold, profile } = options
  return {
    format: runFormat,
    version: runVersion,
    id: runId(startedAt),
    startedAt: startedAt.toISOString(),
    finishedAt: finished.finishedAt.toISOString(),
    complete:
      !finished.interrupted &&
      benchmarks.every(({ sessions }) => sessions.every(({ status }) => status === 'complete')),
    environment,
    machineClass: options.machineClass ?? machineClass(environment),
    options: {
      iterations,
      warmup,
      concurrent,
      profiling,
      memoryTracking,
      useAnalyticalModels,
      analyticalModels,
      threshold,
      sessions: finished.sessions,
      profile,
    },
    benchmarks,
    failures: finished.failures,
    warnings: finished.warnings,
  }
}
