import { resolve } from 'node:path'
import { type ResolvedOptions, resolveOptions } from '../options.ts'
import type { Run } from '../run/run.ts'
import { baselinePath } from '../store/baseline-path.ts'
import { latestRun } from '../store/latest-run.ts'
import { readRun } from '../store/read-run.ts'
import type { Context } from './context.ts'

/** Options of commands that look at a stored run. */
export interface Located {
  run?: string
  resultsDir?: string
  baseline?: string
}

/**
 * Reads the run that a command is about (the latest, unless told) and finds the baseline that goes with it.
 * @throws InputError when there is no such run.
 */
export async function locateRun(
  given: Located,
  context: Context,
): Promise<{ run: Run; path: string; options: ResolvedOptions }> {
  const options = resolveOptions({}, context.env)
  const runPath = given.run ?? (await latestRun(resolve(context.cwd, given.resultsDir ?? options.outputDir)))
  const run = await readRun(resolve(context.cwd, runPath))
  const baseline = given.baseline ?? options.baseline
  return { run, path: resolve(context.cwd, baselinePath({ baseline }, run.machineClass)), options }
}
