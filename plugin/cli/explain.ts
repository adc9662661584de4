import { resolve } from 'node:path'
import type { Command } from 'commander'
import { explain } from '../judge/explain.ts'
import { InputError } from '../store/input-error.ts'
import { readBaseline } from '../store/read-baseline.ts'
import type { Context } from './context.ts'
import { type Located, locateRun } from './locate-run.ts'

/** Registers `vitest-verdict explain <benchmark>`: every step from the session medians to the verdict. */
export function registerExplain(program: Command, context: Context): void {
  program
    .command('explain')
    .description('show each step from the session medians to the verdict')
    .argument('<benchmark>', 'key of the benchmark')
    .option('--run <file>', 'a run file instead of the latest run')
    .option('--results-dir <path>', 'where the runs are')
    .option('--baseline <file>', 'the baseline file, instead of baseline/<machine class>.json')
    .action(async (key: string, given: Located) => {
      const { run, path, options } = await locateRun(given, context)
      if (!run.benchmarks.some((benchmark) => benchmark.key === key)) {
        const known = run.benchmarks.map((benchmark) => benchmark.key).join(', ')
        throw new InputError(`Cannot explain "${key}": run ${run.id} has no such benchmark. It has: ${known}`)
      }
      context.print(explain(run, await readBaseline(resolve(context.cwd, path)), options, key))
    })
}
