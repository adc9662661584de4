import { existsSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { judge } from '../plugin/judge/judge.ts'
import type { Report } from '../plugin/judge/report.ts'
import { checkTargets, type TargetResult } from '../plugin/judge/targets.ts'
import type { ResolvedOptions } from '../plugin/options.ts'
import { type Environment, machineClass } from '../plugin/run/environment.ts'
import type { Warning } from '../plugin/run/measurement.ts'
import type { Benchmark, Failure, Run } from '../plugin/run/run.ts'
import { runFormat, runVersion } from '../plugin/run/run.ts'
import { runId } from '../plugin/run/run-id.ts'
import { baselinePath } from '../plugin/store/baseline-path.ts'
import { InputError } from '../plugin/store/input-error.ts'
import { readBaseline } from '../plugin/store/read-baseline.ts'
import { readTargets } from '../plugin/store/read-targets.ts'
import { combineExitCodes } from './exit-code.ts'
import { colourPalette, plainPalette } from './palette.ts'
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
  log: (text: string) => void
  terminal: { columns: number; colours: boolean }
}

/** The end of a run: judge it, write the files, say the verdict, set the exit code. */
export async function concludeRun(finished: FinishedRun): Promise<void> {
  const { options, root, log, terminal } = finished
  if (finished.benchmarks.length === 0 && finished.failures.length === 0) return
  const run = toRun(finished)
  const palette = terminal.colours ? colourPalette : plainPalette
  let exitCode: number = process.exitCode === undefined ? 0 : Number(process.exitCode)
  const complain = (error: unknown) => {
    if (!(error instanceof InputError)) throw error
    log(palette.bad(`vitest-verdict: ${error.message}`))
    exitCode = combineExitCodes(exitCode, 3)
    return null
  }

  const path = resolve(root, baselinePath(options, run.machineClass))
  const baseline = existsSync(path) ? await readBaseline(path).catch(complain) : null
  const report: Report = judge(run, baseline, {
    ...options,
    complete: !finished.partial && run.complete,
    baselinePath: relative(root, path),
  })
  const targets: TargetResult[] = checkTargets(report.benchmarks, (await readTargets(root).catch(complain)) ?? [])
  const written = await writeOutputs(resolve(root, options.outputDir), { run, report, targets }).catch(complain)

  log(`\n${renderTerminal(report, { width: terminal.columns, palette })}`)
  for (const { key, figure, aim, value } of targets.filter((target) => !target.met)) {
    log(palette.doubtful(`Target missed: ${key} ${figure} ${aim}, measured ${Number(value.toPrecision(4))}`))
  }
  if (written !== null) log(palette.faint(`Written to ${options.outputDir}/: ${written.join(', ')}`))
  process.exitCode = combineExitCodes(exitCode, report.exitCode)
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
