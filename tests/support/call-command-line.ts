import { vi } from 'vitest'
import { runCommandLine } from '../../plugin/cli/run-command-line.ts'
import type { Finished } from './run-vitest.ts'

/** What `vitest-verdict` does in a folder, without a process of its own: for tests that ask what it says and decides. */
export async function callCommandLine(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Finished> {
  let output = ''
  const take = (chunk: string | Uint8Array) => {
    output += chunk.toString()
    return true
  }
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(take))
  try {
    return { exitCode: await runCommandLine(args, { env, cwd }), output }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}
