/** A category of one's own (project/custom-feature.bench.ts) is in the summary, under the targets and the verdict like any other. */
import { judge, latestRun, readRun, resolveOptions } from '../plugin/index.ts'
import { results, vitestVerdict } from './vitest-verdict.ts'

process.exitCode = await vitestVerdict('bench', 'custom-feature')
const run = await readRun(await latestRun(results))
for (const { key, category, verdict, statistics } of judge(run, null, resolveOptions()).benchmarks) {
  console.log(`${key} of ${category}: ${statistics?.p95Ms.toFixed(4)} ms at p95, ${verdict}`)
}
