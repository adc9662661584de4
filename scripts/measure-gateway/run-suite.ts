import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** Runs `vitest-verdict bench --suite`; gives its exit code. */
export async function runSuite(
  args: readonly string[],
  env: Record<string, string>,
  output: 'inherit' | 'ignore',
): Promise<number> {
  const command = join(import.meta.dirname, '../../plugin/cli/main.ts')
  const child = spawn(process.execPath, [command, 'bench', '--suite', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', output, 'inherit'],
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}
