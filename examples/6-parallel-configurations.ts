/**
 * Several configurations at once, each into a folder of its own. They disturb one another's times: right for seeing that all of
 * them work, while figures that matter are measured one after the other.
 */
import { join } from 'node:path'
import { latestRun, readRun } from '../plugin/index.ts'
import { results, vitestVerdict } from './vitest-verdict.ts'

const configurations = {
  few: ['--iterations', '20', '--warmup', '5'],
  many: ['--iterations', '200', '--no-profiling', '--no-memory-tracking'],
}
const codes = await Promise.all(
  Object.entries(configurations).map(([name, flags]) =>
    vitestVerdict('bench', 'count-words', ...flags, '--output-dir', join(results, name)),
  ),
)
for (const name of Object.keys(configurations)) {
  const { options, benchmarks } = await readRun(await latestRun(join(results, name)))
  console.log(`${name}: ${options.iterations} iterations, ${benchmarks.length} benchmark`)
}
process.exitCode = Math.max(...codes)
