import { existsSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { combineExitCodes, exitCodeOfTargets } from '../../reporters/exit-code.ts'
import { targetLines } from '../../reporters/target-lines.ts'
import { renderTerminal } from '../../reporters/terminal.ts'
import { type Baseline, toBaseline } from '../judge/baseline.ts'
import { judge } from '../judge/judge.ts'
import { checkTargets } from '../judge/targets.ts'
import type { Run } from '../run/run.ts'
import { InputError } from '../store/input-error.ts'
import { readBaseline } from '../store/read-baseline.ts'
import { readTargets } from '../store/read-targets.ts'
import { updateBaseline } from '../store/update-baseline.ts'
import type { Context } from './context.ts'
import { type Located, locateRun } from './locate-run.ts'

/** Registers `vitest-verdict baseline accept | show | check`. */
export function registerBaseline(program: Command, context: Context): void {
  const baseline = program.command('baseline').description('what later runs are judged against')
  const subcommand = (name: string, description: string) =>
    baseline
      .command(name)
      .description(description)
      .option('--run <file>', 'a run file instead of the latest run')
      .option('--results-dir <path>', 'where the runs are')
      .option('--baseline <file>', 'the baseline file, instead of baseline/<machine class>.json')

  subcommand('accept', 'take a run into the baseline')
    .argument('[benchmarks...]', 'keys to accept; all of the run when none is given')
    .action((keys: string[], given: Located) => accept(keys, given, context))
  subcommand('show', 'list what the baseline holds').action((given: Located) => show(given, context))
  subcommand('check', 'judge a run against the baseline again, without measuring').action((given: Located) =>
    check(given, context),
  )
}

async function accept(keys: readonly string[], given: Located, context: Context): Promise<void> {
  const { run, path, options } = await locateRun(given, context)
  checkKeys(run, keys)
  const acceptedAt = new Date().toISOString()
  let slower: string[] = []
  const baseline = await updateBaseline(path, (previous) => {
    const verdicts = new Map(
      judge(run, previous, options).benchmarks.map(({ key, verdict, warnings }) => {
        // The code is cleared, but the machine's level is another one now.
        const refuted = warnings.some(({ code }) => code === 'refuted')
        return [key, refuted ? 'regressed' : verdict]
      }),
    )
    slower = [...verdicts].filter(([key, verdict]) => verdict === 'regressed' && accepts(keys, key)).map(([key]) => key)
    return toBaseline(run, { acceptedAt, previous, verdicts, ...(keys.length > 0 ? { keys } : {}) })
  })
  const accepted = keys.length > 0 ? keys.length : run.benchmarks.length
  context.print(
    `Accepted ${count(accepted, 'benchmark')} of run ${run.id} into ${relative(context.cwd, path)} (${count(baseline.runs.length, 'run')} stored). Commit it.`,
  )
  if (slower.length > 0) {
    context.print(`Slower than the baseline was, and from now on the level that counts: ${slower.join(', ')}`)
  }
}

function accepts(keys: readonly string[], key: string): boolean {
  return keys.length === 0 || keys.includes(key)
}

async function show(given: Located, context: Context): Promise<void> {
  const baseline = await readBaseline((await locateBaseline(given, context)).path)
  context.print(describe(baseline))
}

async function check(given: Located, context: Context): Promise<void> {
  const { run, path, options, complete } = await locateRun(given, context)
  // A run that was measured in turns with another version is judged by that, with or without a baseline.
  const unneeded = run.options.policy?.against !== undefined && !existsSync(path)
  const report = judge(run, unneeded ? null : await readBaseline(path), {
    ...options,
    complete,
    baselinePath: relative(context.cwd, path),
  })
  const targets = checkTargets(report.benchmarks, await readTargets(context.cwd, options.targets))
  context.print([renderTerminal(report, { width: process.stdout.columns ?? 120 }), ...targetLines(targets)].join('\n'))
  context.exit(combineExitCodes(report.exitCode, exitCodeOfTargets(targets, options.failOnTarget)))
}

/** The baseline named on the command line needs no run; its default name comes from the latest. */
async function locateBaseline(given: Located, context: Context): Promise<{ path: string }> {
  return given.baseline === undefined ? locateRun(given, context) : { path: resolve(context.cwd, given.baseline) }
}

function checkKeys(run: Run, keys: readonly string[]): void {
  const known = run.benchmarks.map(({ key }) => key)
  const unknown = keys.find((key) => !known.includes(key))
  if (unknown !== undefined) {
    throw new InputError(`Cannot accept "${unknown}": run ${run.id} has no such benchmark. It has: ${known.join(', ')}`)
  }
  if (known.length === 0) throw new InputError(`Cannot accept run ${run.id}: it measured nothing`)
}

function describe(baseline: Baseline): string {
  const runs = baseline.runs.map(
    ({ id, commit, acceptedAt }) => `  ${id}  ${commit?.slice(0, 7) ?? '-------'}  accepted ${acceptedAt ?? 'unknown'}`,
  )
  const benchmarks = Object.entries(baseline.benchmarks).map(([key, { metrics }]) => {
    const sessions = Object.values(metrics.duration_median?.runs ?? {}).reduce((sum, values) => sum + values.length, 0)
    return `  ${key}: ${count(Object.keys(metrics).length, 'metric')}, ${count(sessions, 'session')}`
  })
  return [`Machine class ${baseline.machineClass}`, 'Runs', ...runs, 'Benchmarks', ...benchmarks].join('\n')
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
