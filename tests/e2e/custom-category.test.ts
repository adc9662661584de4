import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { latestRun } from '../../plugin/store/latest-run.ts'
import { readRun } from '../../plugin/store/read-run.ts'
import { runCommand } from '../support/run-vitest.ts'
import { testInFolder as test } from '../support/temporary-folder.ts'

test('a category of a user joins summary, targets and verdict; every flag has its effect; skipped tests say why', {
  timeout: 600_000,
}, async ({ folder }) => {
  const flags =
    '--iterations 7 --warmup 3 --concurrent 4 --no-profiling --no-memory-tracking --sessions 2 --fail-on-target'
  const { exitCode, output } = await runCommand(
    'custom-category',
    ['bench', ...flags.split(' '), '--output-dir', folder],
    { VITEST_VERDICT_BASELINE: join(folder, 'none.json') },
  )
  expect(output).toMatch(/Target missed: custom_feature_x p95Ms < 0, measured/)
  expect(output).toContain('Targets: 2 met, 1 missed.')
  const skipped = 'feature.bench.ts > needs more than there is: needs a database, which this machine lacks'
  expect(output).toContain(`Skipped: ${skipped}`)
  expect(exitCode).toBe(1)

  const run = await readRun(await latestRun(folder))
  expect(run.options).toMatchObject({
    iterations: 7,
    warmup: 3,
    concurrent: 4,
    profiling: false,
    memoryTracking: false,
  })
  expect(run.skipped).toHaveLength(1)
  expect(run.benchmarks.map(({ key, category }) => [key, category])).toEqual([
    ['custom_feature_x', 'custom_feature'],
    ['custom_feature_load', 'custom_feature'],
  ])
  const sessions = run.benchmarks.flatMap((benchmark) => benchmark.sessions)
  for (const { probes } of sessions) expect(Object.keys(probes)).not.toEqual(expect.arrayContaining(['profile']))
  for (const { metrics } of sessions) expect(Object.keys(metrics)).not.toContain('memory_peak')
  expect(run.benchmarks[1]?.sessions.map(({ load }) => load?.inFlightMax)).toEqual([4, 4])
  const names = await readdir(folder)
  expect(names).not.toContain('profiles')
  const read = (ending: RegExp) => readFile(join(folder, names.find((name) => ending.test(name))!), 'utf8')
  expect(Object.keys(JSON.parse(await read(/^benchmark_summaries_/)))).toEqual([
    'custom_feature_x',
    'custom_feature_load',
  ])
  expect(await read(/^benchmark_report_.*\.md$/)).toMatch(/## Skipped\n\n- feature\.bench\.ts .* needs a database/)
  expect(await read(/^benchmark_report_.*\.html$/)).toMatch(/<h3>Skipped<\/h3>.*needs a database/)
})
