import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { runNode } from '../support/run-vitest.ts'
import { testInFolder as test } from '../support/temporary-folder.ts'

const examples = join(import.meta.dirname, '../../examples')

/** What each example has to say. */
const says: Record<number, RegExp> = {
  1: /words_count .*No baseline yet/s,
  2: /words_count .*custom_feature_most_frequent .*performance_distribution\.png/s,
  3: /custom_feature_most_frequent of custom_feature: \d+\.\d+ ms at p95, no-baseline/,
  4: /Gate: custom_feature_most_frequent inconclusive/,
  5: /Written to .*analysis_report_.*Accepted 2 benchmarks .*Artifacts: .*benchmark_report_\d{8}_\d{6}\.html/s,
  6: /few: 20 iterations, 1 benchmark\nmany: 200 iterations, 1 benchmark/,
  7: /Median Duration over 3 runs.*custom_feature_most_frequent/s,
  8: /concurrent_1 .*Targets: 4 met, 0 missed/s,
}

// Side by side to save time; within a row the later ones look at the runs of the earlier ones.
test.concurrent.for([{ numbers: [1, 2, 3, 4, 5, 7] }, { numbers: [6, 8] }])(
  'examples $numbers run',
  { timeout: 600_000 },
  async ({ numbers }, { folder, expect }) => {
    const env = {
      VITEST_VERDICT_OUTPUT_DIR: folder,
      // As little as can be measured: that they work is asked, not how fast.
      VITEST_VERDICT_SESSIONS: '1',
      VITEST_VERDICT_TIME: '10',
      VITEST_VERDICT_WARMUP: '1',
      VITEST_VERDICT_PROFILING: 'false',
      VITEST_VERDICT_MEMORY_TRACKING: 'false',
    }
    for (const number of numbers) {
      const finished = await runNode([join(examples, 'run.ts'), String(number)], examples, env)
      expect(finished.output).toMatch(says[number]!)
      expect(finished.exitCode, finished.output).toBe(0)
    }
  },
)

test('both CI examples run the same commands and keep the artifacts for 30 days', () => {
  const [github, gitlab] = ['github-actions.yml', 'gitlab-ci.yml'].map((name) =>
    readFileSync(join(examples, 'ci', name), 'utf8'),
  ) as [string, string]
  const commands = (job: string) => [...job.matchAll(/npx vitest-verdict .+$/gm)].map(([command]) => command)
  expect(commands(github)).toEqual([
    'npx vitest-verdict bench',
    'npx vitest-verdict analyze --visualize',
    'npx vitest-verdict baseline accept',
  ])
  expect(commands(gitlab)).toEqual(commands(github))
  expect(github).toContain('retention-days: 30')
  expect(gitlab).toContain('expire_in: 30 days')
})

test('an unknown example is said to be unknown', async () => {
  const { exitCode, output } = await runNode([join(examples, 'run.ts'), '9'], examples)
  expect(output).toContain('There are: 1-quick-test.ts, 2-full-analysis.ts')
  expect(exitCode).toBe(3)
})
