import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { latestRun } from '../../plugin/store/latest-run.ts'
import { readRun } from '../../plugin/store/read-run.ts'
import { refusedPort } from '../support/refused-port.ts'
import { runCommand, runVitest } from '../support/run-vitest.ts'
import { testInFolder as test } from '../support/temporary-folder.ts'

const outputs = (folder: string) => ({
  VITEST_VERDICT_OUTPUT_DIR: join(folder, 'results'),
  VITEST_VERDICT_BASELINE: join(folder, 'baseline.json'),
})
const runOf = async (folder: string) => readRun(await latestRun(join(folder, 'results')))

describe.concurrent('vitest bench with the plugin', { timeout: 600_000 }, () => {
  test('measures each benchmark in six fresh processes, of which other reporters see one, writes every file, and gives the same from a blob', async ({
    folder,
    expect,
  }) => {
    const report = join(folder, 'vitest.json')
    const blobs = join(folder, 'blobs')
    const reporters = ['--reporter=json', '--reporter=verbose', '--reporter=blob']
    const files = [`--outputFile.json=${report}`, `--outputFile.blob=${blobs}/1.json`]
    const args = ['bench', '--run', ...reporters, ...files]
    const { exitCode, output } = await runVitest('plain', args, outputs(folder))
    expect(output).toContain('No baseline yet')
    expect(output).toContain('baseline accept')
    expect(exitCode).toBe(0)

    const run = await runOf(folder)
    expect(run.benchmarks.map(({ key }) => key).sort()).toEqual([
      'sum.bench.ts > joins',
      'sum.bench.ts > sums > of numbers > loop',
      'sum.bench.ts > sums > of numbers > reduce',
    ])
    for (const { sessions } of run.benchmarks) {
      expect(sessions.map(({ session }) => session)).toEqual([1, 2, 3, 4, 5, 6])
      expect(new Set(sessions.map((session) => session.process.pid)).size).toBe(6)
    }
    const names = (await readdir(join(folder, 'results'))).map((name) => name.replace(/\d{8}_\d{6}/, 'TIME'))
    expect(names.sort()).toEqual(
      expect.arrayContaining([
        'benchmark_report_TIME.md',
        'benchmark_results_TIME.json',
        'benchmark_summaries_TIME.json',
        'run_TIME.json',
      ]),
    )

    const { numTotalTests, testResults } = JSON.parse(await readFile(report, 'utf8'))
    expect(numTotalTests).toBe(2)
    expect(testResults).toHaveLength(1)
    expect(output.match(/✓.*joins/g)).toHaveLength(1)

    const merged = await runVitest('plain', ['bench', '--run', `--mergeReports=${blobs}`], {
      ...outputs(folder),
      VITEST_VERDICT_OUTPUT_DIR: join(folder, 'merged'),
    })
    expect(merged.output).toContain('No baseline yet')
    const again = await readRun(await latestRun(join(folder, 'merged')))
    expect(again.benchmarks).toEqual(run.benchmarks)
    expect(again.environment).toEqual(run.environment)
  })

  test('says what is wrong with an option in one line, ends with 3 and does not run', async ({ folder, expect }) => {
    const env = { ...outputs(folder), VITEST_VERDICT_SESSIONS: '5' }
    const { exitCode, output } = await runVitest('plain', ['bench', '--run'], env)
    expect(output).toContain(
      'Invalid vitest-verdict option "sessions" (from VITEST_VERDICT_SESSIONS): 5 sessions leave',
    )
    expect(output).not.toContain('    at ')
    expect(exitCode).toBe(3)
  })

  test('measures nothing and leaves nothing where the target cannot be reached', async ({ folder, expect }) => {
    using refused = await refusedPort()
    const address = `http://127.0.0.1:${refused.port}/v1`
    const env = { ...outputs(folder), VITEST_VERDICT_TARGET: address }
    const { exitCode, output } = await runVitest('plain', ['bench', '--run'], env)
    expect(output).toContain(`vitest-verdict: Cannot reach the target ${address}: connection refused`)
    expect(output).not.toContain('    at ')
    expect(exitCode).toBe(3)
    expect(await readdir(folder)).toEqual([])
  })

  test('is missed by vitest-verdict bench where no configuration loads it', async ({ folder, expect }) => {
    const config = join(folder, 'vitest.config.mjs')
    await writeFile(config, 'export default {}')
    const { exitCode, output } = await runCommand('plain', [
      'bench',
      '--config',
      config,
      '--passWithNoTests',
      'nothing',
    ])
    expect(output).toContain('Vitest ran without the plugin')
    expect(exitCode).toBe(3)
  })

  test('is silent and idle under vitest run', async ({ folder, expect }) => {
    const { exitCode, output } = await runVitest('plain', ['run'], outputs(folder))
    expect(exitCode).toBe(0)
    expect(output).toContain('1 passed')
    expect(output).not.toMatch(/baseline|verdict/i)
    expect(await readdir(folder)).toEqual([])
  })

  test.for([1, 2])('fails with 1 when only session %i failed, and says so', async (session, { folder, expect }) => {
    const report = join(folder, 'vitest.json')
    const { exitCode, output } = await runVitest(
      'flaky',
      ['bench', '--run', '--reporter=json', '--reporter=default', `--outputFile.json=${report}`],
      { ...outputs(folder), COUNT_FILE: join(folder, 'count'), FAIL_IN: String(session), VITEST_VERDICT_SESSIONS: '2' },
    )
    expect(exitCode).toBe(1)
    expect(output).toContain(`in session ${session}: the database is down`)
    const { numFailedTests, success, testResults } = JSON.parse(await readFile(report, 'utf8'))
    expect({ numFailedTests, success }).toEqual({ numFailedTests: 1, success: false })
    // What a worker measured travels in the test's meta, which is ours to clear away where no blob is written.
    expect(testResults[0].assertionResults.map(({ meta }: { meta: object }) => meta)).toEqual([{}])
    const run = await runOf(folder)
    expect(run.failures).toEqual([{ key: 'flaky.bench.ts > sometimes fails', session, error: 'the database is down' }])
    expect(run.benchmarks[0]?.sessions).toHaveLength(1)
  })

  test('calls code that does eight times the work critically slower, having measured it again', async ({
    folder,
    expect,
  }) => {
    // In turns with its own commit the code is as fast as ever: what slows it is in the environment.
    const env = { ...outputs(folder), VITEST_VERDICT_SESSIONS: '4', VITEST_VERDICT_CONFIRM: 'false' }
    await runVitest('slowdown', ['bench', '--run', '-t', 'done'], env)
    const accepted = await runCommand('slowdown', ['baseline', 'accept'], env)
    expect(accepted.output).toMatch(/Accepted 1 benchmark of run .* \(1 run stored\)/)

    const { exitCode, output } = await runVitest('slowdown', ['bench', '--run'], { ...env, WORK: '8' })
    expect(output).toContain('custom_work may have changed: measuring again, to be sure.')
    expect(output).toMatch(
      /CRITICAL: custom_work - (?:Average|Median) Duration\n +Baseline: \d+\.\d+ms\n +Current: \d+\.\d+ms\n +Regression: \+\d+\.\d%/,
    )
    expect(output).toMatch(/Slower: 1 regressed, 1 new against /)
    expect(exitCode).toBe(1)
    const run = await runOf(folder)
    const sessions = (key: string) => run.benchmarks.find((benchmark) => benchmark.key === key)?.sessions ?? []
    expect(sessions('custom_work').map((session) => session.screening ?? false)).toEqual([
      ...Array(4).fill(true),
      ...Array(4).fill(false),
    ])
    expect(new Set(sessions('custom_work').map((session) => session.process.pid)).size).toBe(8)
    expect(sessions('custom_other')).toHaveLength(4)
  })

  test('keeps to a name filter, judges nothing by a damaged baseline, and says so with exit code 3', async ({
    folder,
    expect,
  }) => {
    const env = { ...outputs(folder), VITEST_VERDICT_SESSIONS: '1' }
    await writeFile(env.VITEST_VERDICT_BASELINE, '{"format": "vitest-verdict/base')
    const { exitCode, output } = await runVitest('plain', ['bench', '--run', '-t', 'joins'], env)
    expect(output).toMatch(/Cannot read .*baseline\.json: the file is truncated/)
    expect(output).toContain('No verdict: the baseline cannot be read.')
    expect(output).not.toContain('baseline accept')
    expect(exitCode).toBe(3)
    expect((await runOf(folder)).benchmarks.map(({ key }) => key)).toEqual(['sum.bench.ts > joins'])
  })

  test('notices before it measures that the files cannot go where they should', async ({ folder, expect }) => {
    const env = { ...outputs(folder), VITEST_VERDICT_SESSIONS: '1' }
    await mkdir(join(folder, 'blocked'))
    const file = join(folder, 'blocked', 'file')
    await writeFile(file, '')
    const { exitCode, output } = await runVitest('plain', ['bench', '--run', '-t', 'joins'], {
      ...env,
      VITEST_VERDICT_OUTPUT_DIR: file,
    })
    expect(output).toMatch(/Cannot write to .*: .* is a file where a folder is needed/)
    expect(output).not.toContain('joins')
    expect(exitCode).toBe(3)
  })
})
