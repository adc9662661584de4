import { resolve } from 'node:path'
import type { Command } from 'commander'
import { explain } from '../judge/explain.ts'
import type { Run } from '../run/run.ts'
import { InputError } from '../store/input-error.ts'
import { readBaseline } from '../store/read-baseline.ts'
import type { Context } from './context.ts'
import { type Located, locateRun } from './locate-run.ts'

/** Registers `vitest-verdict explain <benchmark>`: every step from the session medians to the verdict. */
export function registerExplain(program: Command, context: Context): void {
  program
    .command('explain')
    .description('show each step from the session medians to the verdict')
    .argument('<benchmark>', 'key of the benchmark, or a part of it that no other has')
    .option('--run <file>', 'a run file instead of the latest run')
    .option('--results-dir <path>', 'where the runs are')
    .option('--baseline <file>', 'the baseline file, instead of baseline/<machine class>.json')
    .action(async (text: string, given: Located) => {
      const { run, path, options } = await locateRun(given, context)
      const key = findKey(run, text)
      context.print(explain(run, await readBaseline(resolve(context.cwd, path)), options, key))
    })
}

function findKey(run: Run, text: string): string {
  const keys = run.benchmarks.map(({ key }) => key)
  if (keys.includes(text)) return text
  const candidates = keys.filter((key) => key.includes(text))
  const [only, ...others] = candidates
  if (only !== undefined && others.length === 0) return only
  throw new InputError(
    only === undefined
      ? `Cannot explain "${text}": run ${run.id} has no such benchmark. It has: ${keys.join(', ')}`
      : `Cannot explain "${text}": it is part of ${candidates.join(', ')}`,
  )
}
