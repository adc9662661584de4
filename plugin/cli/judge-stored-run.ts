import { existsSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { judge } from '../judge/judge.ts'
import type { Report } from '../judge/report.ts'
import type { ResolvedOptions } from '../options.ts'
import type { Run } from '../run/run.ts'
import { InputError } from '../store/input-error.ts'
import { readBaseline } from '../store/read-baseline.ts'
import type { Context } from './context.ts'
import { type Located, locateRun } from './locate-run.ts'

export interface Judged {
  run: Run
  options: ResolvedOptions
  report: Report
  /** Where the run lies, and where files about it belong. */
  folder: string
}

/**
 * Reads a stored run and judges it without measuring anything. Without a baseline there is no verdict, but a baseline that the
 * command names must be there.
 * @throws InputError when a file is missing or damaged, or the threshold makes no sense
 */
export async function judgeStoredRun(given: Located & { threshold?: string }, context: Context): Promise<Judged> {
  const { run, file, complete, path, options } = await locateRun(given, context)
  const threshold = given.threshold === undefined ? options.threshold : Number(given.threshold)
  if (!(threshold > 0 && threshold <= 1000)) {
    throw new InputError(`Invalid --threshold "${given.threshold}": give per cent, more than 0 and at most 1000`)
  }
  const baseline = given.baseline !== undefined || existsSync(path) ? await readBaseline(path) : null
  const report = judge(run, baseline, { ...options, threshold, complete, baselinePath: relative(context.cwd, path) })
  return { run, options, report, folder: dirname(file) }
}
