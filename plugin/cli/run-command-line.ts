import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { OptionsError } from '../options.ts'
import { InputError } from '../store/input-error.ts'
import type { Context } from './context.ts'

type Register = (program: Command, context: Context) => void

/** Each command is loaded when it is needed: what `report` draws with would double the start of `bench`. */
const commands: Record<string, () => Promise<Register>> = {
  bench: async () => (await import('./bench.ts')).registerBench,
  against: async () => (await import('./against.ts')).registerAgainst,
  baseline: async () => (await import('./baseline.ts')).registerBaseline,
  compare: async () => (await import('./compare.ts')).registerCompare,
  explain: async () => (await import('./explain.ts')).registerExplain,
  analyze: async () => (await import('./analyze.ts')).registerAnalyze,
  trend: async () => (await import('./trend.ts')).registerTrend,
  report: async () => (await import('./report.ts')).registerReport,
  simulate: async () => (await import('./simulate.ts')).registerSimulate,
}

/** Exit code of every misuse: usage, missing or damaged input. */
const misuse = 3

/** Runs one command line and gives the exit code. */
export async function runCommandLine(
  args: readonly string[],
  { env, cwd }: Pick<Context, 'env' | 'cwd'>,
): Promise<number> {
  let exitCode = 0
  const context: Context = {
    env,
    cwd,
    print: (text) => void process.stdout.write(`${text}\n`),
    exit: (code) => {
      exitCode = code
    },
  }
  const program = new Command('vitest-verdict')
    .description('Benchmarks with a verdict: did this get slower?')
    .version(packageVersion())
    .exitOverride()
  const named = Object.entries(commands).filter(([name]) => name === args[0])
  for (const [, load] of named.length > 0 ? named : Object.entries(commands)) (await load())(program, context)
  try {
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : misuse
    if (error instanceof InputError || error instanceof OptionsError) {
      process.stderr.write(`vitest-verdict: ${error.message}\n`)
      return misuse
    }
    throw error
  }
}

function packageVersion(): string {
  // The sources stand two folders below the package, the built files three.
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { version: string }).version
    } catch {
      // the other place, then
    }
  }
  return 'unknown'
}
