import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { environmentName, resolveOptions } from '../options.ts'
import { signOfLoading } from '../sessions/sign-of-loading.ts'
import { InputError } from '../store/input-error.ts'
import type { Context } from './context.ts'

/** Registers `vitest-verdict bench`: our options are taken out, everything else is passed on to `vitest bench`. */
export function registerBench(program: Command, context: Context): void {
  program
    .command('bench')
    .description('run the benchmarks and give the verdict; other options go to "vitest bench"')
    .argument('[filters...]', 'files, as for vitest')
    .option('--iterations <n>', 'samples wanted per benchmark and session')
    .option('--warmup <n>', 'untimed calls before measuring')
    .option('--concurrent <n>', 'requests at once in load benchmarks')
    .option('--sessions <n>', 'fresh processes per benchmark file')
    .option('--time <ms>', 'time budget per benchmark and session')
    .option('--output-dir <path>', 'where the files go')
    .option('--no-profiling', 'take no CPU profile')
    .option('--no-memory-tracking', 'take no memory figures')
    .option('--baseline <file>', 'judge against this file')
    .option('--threshold <percent>', 'smallest change that counts')
    .addOption(new Option('--fail-on <severity>', 'lowest severity that fails the run').choices(severities))
    .option('--strict', 'exit with 2 when the verdict is inconclusive')
    .option('--live', 'serve the report on 127.0.0.1 while the run goes on')
    .option('--quick', 'few sessions and short budgets')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (_filters: string[], given: Record<string, unknown>, command: Command) => {
      const { quick, ...options } = given
      const chosen: Record<string, unknown> = quick ? { ...options, profile: 'quick' } : options
      const explicit = Object.entries(chosen).filter(
        ([name]) => name === 'profile' || command.getOptionValueSource(name) === 'cli',
      )
      const environment = {
        ...context.env,
        ...Object.fromEntries(explicit.map(([name, value]) => [environmentName(name), String(value)])),
      }
      resolveOptions({}, environment)
      if (typeof given.baseline === 'string' && !existsSync(resolve(context.cwd, given.baseline))) {
        throw new InputError(
          `Cannot judge against ${given.baseline}: no such file; leave --baseline out on a first run`,
        )
      }
      const folder = mkdtempSync(join(tmpdir(), 'vitest-verdict-'))
      try {
        const sign = join(folder, 'loaded')
        const args = ['bench', '--run', ...command.args]
        const code = await runVitest(args, context.cwd, { ...environment, [signOfLoading]: sign })
        if (code === 0 && !existsSync(sign)) throw new InputError(notLoaded)
        context.exit(code)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })
}

const notLoaded =
  'Vitest ran without the plugin, so nothing was judged: add verdict() to the plugins in vitest.config.ts, or check the filters'

const severities = ['critical', 'high', 'medium', 'low']

/** Runs the project's own Vitest in a child process and gives its exit code. */
function runVitest(args: readonly string[], cwd: string, env: Context['env']): Promise<number> {
  const child = spawn(process.execPath, [vitestEntry(cwd), ...args], { cwd, env, stdio: 'inherit' })
  const forward = (signal: NodeJS.Signals) => child.kill(signal)
  process.on('SIGINT', forward).on('SIGTERM', forward)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      process.off('SIGINT', forward).off('SIGTERM', forward)
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143))
    })
  })
}

function vitestEntry(cwd: string): string {
  try {
    return join(dirname(createRequire(join(cwd, 'noop.js')).resolve('vitest/package.json')), 'vitest.mjs')
  } catch (cause) {
    throw new InputError(`Cannot find Vitest from ${cwd}: install it with "npm install --save-dev vitest@5"`, { cause })
  }
}
