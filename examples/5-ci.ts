/** Runs here what the jobs in ci/ run there: measure, analyse, accept (on main); the artifacts are what lies in the folder then. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { results, vitestVerdict } from './vitest-verdict.ts'

// There the file comes out of the cache and goes back into it.
process.env.VITEST_VERDICT_BASELINE ??= join(results, 'ci.json')
const job = readFileSync(join(import.meta.dirname, 'ci/github-actions.yml'), 'utf8')
for (const [, command = ''] of job.matchAll(/npx vitest-verdict (.+)$/gm)) {
  process.exitCode = await vitestVerdict(...command.trim().split(/\s+/))
  if (process.exitCode !== 0) break
}
console.log(`Artifacts: ${readdirSync(results).join(', ')}`)
