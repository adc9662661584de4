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

export interface LocatedRun {
  run: Run
  /** Path of the run's file. */
  file: string
  /** Whether the run covers every benchmark, so that one that is missing is gone. */
  complete: boolean
  /** Path of the baseline that goes with it. */
  path: string
  options: ResolvedOptions
}

/**
 * Reads the run that a command is about (the latest, unless told) and finds the baseline that goes with it.
 * @throws InputError when there is no such run.
 */
export async function locateRun(given: Located, context: Context): Promise<LocatedRun> {
  const { outputDir } = resolveOptions({}, context.env)
  const file = resolve(context.cwd, given.run ?? (await latestRun(resolve(context.cwd, given.resultsDir ?? outputDir))))
  const run = await readRun(file)
  const { threshold, policy } = run.options
  // As the run was configured, unless the environment says otherwise now.
  // What it was measured in turns with is in it: nothing is measured now.
  const { baseline: configured, partial = false, against: _, ...judged } = policy ?? { baseline: null, against: null }
  const options = resolveOptions(
    { ...judged, threshold, ...(configured === null ? {} : { baseline: configured }) },
    context.env,
  )
  const baseline = given.baseline ?? options.baseline
  const complete = run.complete && policy !== undefined && !partial && !run.skipped?.length
  return { run, file, complete, path: resolve(context.cwd, baselinePath({ baseline }, run.machineClass)), options }
}
