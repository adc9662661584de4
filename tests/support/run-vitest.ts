import { spawn } from 'node:child_process'
import { join } from 'node:path'

export interface Finished {
  exitCode: number | null
  /** Standard output and standard error as they came. */
  output: string
}

const root = join(import.meta.dirname, '../..')
const hanging = 300_000

/**
 * Runs the real Vitest on a sample project in `tests/e2e/projects`, apart from the Vitest that runs the tests. Node loads the
 * configuration itself, which spares bundling our sources anew each time; `runCommand` leaves that as it is by default.
 */
export function runVitest(
  project: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Finished> {
  return runNode(
    [join(root, 'node_modules/vitest/vitest.mjs'), ...args, '--configLoader=native'],
    projectFolder(project),
    env,
  )
}

/** Where a sample project is. */
export function projectFolder(project: string): string {
  return join(root, 'tests/e2e/projects', project)
}

/** Runs `vitest-verdict` in a sample project. */
export function runCommand(
  project: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Finished> {
  return runNode([join(root, 'plugin/cli/main.ts'), ...args], projectFolder(project), env)
}

/** Runs a script with this Node, without what Vitest set in our environment; killed after `longest` ms, by default five minutes. */
export function runNode(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
  longest = hanging,
): Promise<Finished> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|TEST$|NODE_ENV$|FORCE_COLOR|DEV$|PROD$|MODE$)/.test(name),
  )
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...Object.fromEntries(inherited), NO_COLOR: '1', CI: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: longest,
    killSignal: 'SIGKILL',
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode) => resolve({ exitCode, output }))
  })
}
