/** A gate in code: load the latest run and the baseline, judge, end with the code of the verdict. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { judge, latestRun, readBaseline, readRun, resolveOptions } from '../plugin/index.ts'
import { measureUntil, results, vitestVerdict } from './vitest-verdict.ts'

const baselineFile = join(results, 'gate.json')
await measureUntil(1)
// Done once, before the change, and committed:
if (!existsSync(baselineFile)) await vitestVerdict('baseline', 'accept', '--baseline', baselineFile)

// Done for every change, after `vitest-verdict bench`:
const run = await readRun(await latestRun(results))
const report = judge(run, await readBaseline(baselineFile), resolveOptions({ failOn: 'high' }))
for (const { key, verdict, severity } of report.benchmarks) console.log(`Gate: ${key} ${verdict} ${severity ?? ''}`)
process.exitCode = report.exitCode
