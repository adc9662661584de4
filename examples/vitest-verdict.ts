import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The small project that the examples share. */
const project = join(import.meta.dirname, 'project')
/** Where its files go. */
export const results = resolve(project, process.env.VITEST_VERDICT_OUTPUT_DIR ?? 'benchmark_results')

/** What `npx vitest-verdict …` does in the project; gives the exit code. */
export function vitestVerdict(...args: string[]): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../plugin/cli/main.ts'), ...args], {
    cwd: project,
    stdio: 'inherit',
  })
  return new Promise((done, reject) => child.once('error', reject).once('exit', (code) => done(code ?? 1)))
}

/** Makes sure that so many runs are stored: examples that look at runs take those of earlier ones. */
export async function measureUntil(runs: number): Promise<void> {
  for (let stored = globSync('run_*.json', { cwd: results }).length; stored < runs; stored++) {
    await vitestVerdict('bench', 'count-words')
  }
}
