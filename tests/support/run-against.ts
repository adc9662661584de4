import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Of this package. */
export const root = join(import.meta.dirname, '../..')

export function git(cwd: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', '-c', 'init.defaultBranch=main']
  return execFileSync('git', [...identity, ...args], { cwd, encoding: 'utf8', stdio: 'pipe' }).trim()
}

/** Makes a repository of a folder, with all that is in it as the only commit. */
export function initRepository(folder: string): void {
  git(folder, 'init', '--quiet')
  git(folder, 'add', '.')
  git(folder, 'commit', '--quiet', '-m', 'first')
}

/** A module whose function does so many times the work. */
export const workFile = (version: string, times: number) => `
export const version = '${version}'
export function work() {
  let sum = 0
  for (let index = 0; index < ${1000 * times}; index++) sum = (sum * 31 + index) | 0
  return sum
}
`

export async function write(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
}

/** Without what tells a process that it is in a test of Vitest. */
export function childEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST$|NODE_ENV$)/.test(name)))
}

/**
 * Runs `vitest-verdict against` as a user would.
 * @param onStart hears of the process when it begins to measure
 */
export async function runAgainst(
  args: readonly string[],
  {
    cwd,
    cache,
    onStart = () => {},
    longest = 300_000,
  }: { cwd: string; cache: string; onStart?: ((pid: number) => void) | undefined; longest?: number },
): Promise<{ exitCode: number; out: string; said: string }> {
  const child = spawn(process.execPath, [join(root, 'plugin/cli/main.ts'), 'against', ...args], {
    cwd,
    env: { ...childEnvironment(), NO_COLOR: '1', VITEST_VERDICT_CACHE: cache },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: longest,
    killSignal: 'SIGKILL',
  })
  const texts = { out: '', said: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    texts.out += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    texts.said += chunk
    if (texts.said.includes('Measuring against')) onStart(child.pid!)
  })
  const [exitCode] = await once(child, 'close')
  return { exitCode, ...texts }
}
