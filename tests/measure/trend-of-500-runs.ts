/**
 * Measures what the analysis of 500 stored runs of 60 benchmarks takes, reading included, in a fresh process:
 * `node tests/measure/trend-of-500-runs.ts`. Ends with 1 when it takes 2 s or 400 MB.
 */

import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { collectSeries } from '../../plugin/analyse/series.ts'
import { analyseTrend } from '../../plugin/analyse/trend.ts'
import { readHistory, writeHistory } from '../../plugin/store/history.ts'
import { historyFiles } from '../../plugin/store/history-files.ts'
import { makeHistory } from '../support/make-history.ts'

const [, script, folder] = process.argv
if (folder === undefined) {
  const made = mkdtempSync(join(tmpdir(), 'history-'))
  const store = historyFiles(made)
  const level = (index: number, run: number) => 1e5 * (index + 1) * (run > 200 + index * 4 ? 1.1 : 1) * 1.0003 ** run
  for (const entry of makeHistory({ runs: 500, benchmarks: 60, level })) await writeHistory(store, entry)
  const child = fork(script!, [made])
  child.on('exit', (code) => {
    rmSync(made, { recursive: true })
    process.exitCode = code ?? 1
  })
} else {
  const start = performance.now()
  const { entries } = await readHistory(historyFiles(folder))
  const read = performance.now()
  const newest = entries.at(-1)!
  const trends = collectSeries(entries, 'duration_median', newest).map((series) => analyseTrend(series))
  const end = performance.now()
  const megabytes = process.resourceUsage().maxRSS / 1000
  const changes = trends.reduce((sum, trend) => sum + trend.changes.length, 0)
  console.log(
    `${entries.length} runs, ${trends.length} series, ${changes} changes: ${((end - start) / 1000).toFixed(2)} s ` +
      `(reading ${((read - start) / 1000).toFixed(2)} s), peak ${megabytes.toFixed(0)} MB`,
  )
  process.exitCode = end - start < 2_000 && megabytes < 400 ? 0 : 1
}
