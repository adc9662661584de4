import { spawn } from 'node:child_process'
import { join } from 'node:path'

export interface Finished {
  exitCode: number | null
  /** Standard output and standard error as they came. */
  output: string
}

const root = join(import.meta.dirname, '../..')
const hanging = 150_000

/** Runs the real Vitest on a sample project in `tests/e2e/projects`, apart from the Vitest that runs the tests. */
export function runVitest(
  project: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Finished> {
  return runNode(
    [join(root, 'node_modules/vitest/vitest.mjs'), ...args],
    join(root, 'tests/e2e/projects', project),
    env,
  )
}

/** Runs `vitest-verdict` in a sample project. */
export function runCommand(
  project: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Finished> {
  return runNode([join(root, 'plugin/cli/main.ts'), ...args], join(root, 'tests/e2e/projects', project), env)
}

/** Runs a script with this Node, without what Vitest set in our environment; killed after `longest` ms, by default two and a half minutes. */
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
