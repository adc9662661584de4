import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
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
    .option(
      '--confirm',
      "measure what is inconclusive in turns with the baseline's commit too, not only what regressed",
    )
    .option('--no-confirm', 'measure nothing in turns')
    .option('--against <ref>', 'measure everything in turns with this branch, tag or commit, and judge by that')
    .option('--strict', 'exit with 2 when the verdict is inconclusive')
    .option('--live', 'serve the report on 127.0.0.1 while the run goes on')
    .option('--target <address or module>', 'measure this gateway or module; JSON for headers and model names')
    .option('--suite', 'run the packaged suite, not the benchmarks of this project')
    .option('--fail-on-target', 'exit with 1 when a target is missed')
    .option('--quick', 'few sessions and short budgets')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (_filters: string[], given: Record<string, unknown>, command: Command) => {
      const { quick, suite, ...options } = given
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
        const args = [
          'bench',
          '--run',
          ...chooseConfiguration(suite === true, command.args, context.cwd),
          ...command.args,
        ]
        const code = await runVitest(args, context.cwd, { ...environment, [signOfLoading]: sign })
        if (code === 0 && !existsSync(sign)) throw new InputError(notLoaded)
        // Vitest ended before it had a configuration to speak of.
        context.exit(code === 1 && !existsSync(sign) ? 3 : code)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })
}

const notLoaded =
  'Vitest ran without the plugin, so nothing was judged: add verdict() to the plugins in vitest.config.ts, or check the filters'

const severities = ['critical', 'high', 'medium', 'low']

/** Names under which Vitest finds a configuration, here or in a folder above. */
const configurations = ['vitest', 'vite'].flatMap((name) =>
  ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((extension) => `${name}.config.${extension}`),
)

/** The packaged suite's configuration, where it is asked for or the project has none of its own. */
function chooseConfiguration(suite: boolean, args: readonly string[], cwd: string): string[] {
  if (args.some((arg) => /^(?:-c|--config)(?:=|$)/.test(arg))) {
    if (suite) throw new InputError('Use either --suite or --config: the suite brings its own configuration')
    return []
  }
  if (!suite) {
    const own = foldersUp(cwd).some((folder) => configurations.some((name) => existsSync(join(folder, name))))
    if (own) return []
    process.stderr.write('No Vitest configuration here: running the packaged suite.\n')
  }
  return ['--config', fileURLToPath(new URL(`../../bench/suite-config${extname(import.meta.url)}`, import.meta.url))]
}

function foldersUp(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...foldersUp(parent)]
}

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

/** The project's own, else the one beside this package, which npx installs with it. */
function vitestEntry(cwd: string): string {
  for (const from of [join(cwd, 'noop.js'), import.meta.url]) {
    try {
      return join(dirname(createRequire(from).resolve('vitest/package.json')), 'vitest.mjs')
    } catch {
      // the other place, then
    }
  }
  throw new InputError(`Cannot find Vitest from ${cwd}: install it with "npm install --save-dev vitest@5"`)
}
