import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { runCommandLine } from '../../../plugin/cli/run-command-line.ts'
import { readBaseline } from '../../../plugin/store/read-baseline.ts'
import { toSummaries } from '../../../reporters/summaries.ts'
import { callCommandLine } from '../../support/call-command-line.ts'
import { makeReport } from '../../support/make-report.ts'
import { makeBenchmark, makeRun, recordedPolicy } from '../../support/make-run.ts'
import { runNode } from '../../support/run-vitest.ts'
import { testInFolder } from '../../support/temporary-folder.ts'

const main = join(import.meta.dirname, '../../../plugin/cli/main.ts')
const keys = ['cache_warm', 'cache_cold', 'model_selection_quick_qa_low']

const test = testInFolder.extend<{ project: string }>({
  project: async ({ folder }, use) => {
    const run = makeRun(keys.map((key) => makeBenchmark({ key, medianMs: 1 })))
    await mkdir(join(folder, 'benchmark_results'))
    await writeFile(join(folder, 'benchmark_results', `run_${run.id}.json`), JSON.stringify(run))
    await use(folder)
  },
})

const stored = (project: string) => readBaseline(join(project, 'baseline', `${makeRun([]).machineClass}.json`))

test('baseline accept stores the latest run under its machine class, and accepting it twice changes nothing', async ({
  project,
}) => {
  expect(await runCommandLine(['baseline', 'accept'], { env: {}, cwd: project })).toBe(0)
  const first = await stored(project)
  expect(Object.keys(first.benchmarks)).toEqual(keys.toSorted())
  expect(await runCommandLine(['baseline', 'accept'], { env: {}, cwd: project })).toBe(0)
  const second = await stored(project)
  expect(second.benchmarks).toEqual(first.benchmarks)
  expect(second.runs).toHaveLength(1)
})

test('baseline accept says that what it accepts was slower', async ({ project }) => {
  await runCommandLine(['baseline', 'accept'], { env: {}, cwd: project })
  const slower = makeRun(
    keys.map((key) => makeBenchmark({ key, medianMs: key === 'cache_warm' ? 3 : 1 })),
    { id: '20990101_000000' },
  )
  await writeFile(join(project, 'benchmark_results', `run_${slower.id}.json`), JSON.stringify(slower))
  const { exitCode, output } = await callCommandLine(['baseline', 'accept'], project)
  expect(output).toContain('from now on the level that counts: cache_warm\n')
  expect(exitCode).toBe(0)
})

test('baseline accept begins a new level where turns have cleared the code, as the machine is another one now', async ({
  project,
}) => {
  const commit = 'a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0'
  const steady = [10, 10.01, 9.99, 10.02, 9.98, 10]
  const cleared = { title: 'Average Duration', unit: 'ns', direction: 'lower', gate: true } as const
  const paired = {
    ...{ ref: commit, commit },
    figures: { duration_mean: { ...cleared, base: steady, head: steady, control: steady } },
  }
  const { environment } = makeRun([])
  const accept = async (id: string, medianMs: number, turns: object) => {
    const benchmarks = [{ ...makeBenchmark({ key: 'cache_warm', medianMs }), ...turns }]
    const run = makeRun(benchmarks, { id, environment: { ...environment, commit } })
    await writeFile(join(project, 'benchmark_results', `run_${run.id}.json`), JSON.stringify(run))
    return callCommandLine(['baseline', 'accept'], project)
  }
  await accept('20990101_000000', 1, {})
  expect((await accept('20990102_000000', 3, { paired })).output).toContain('the level that counts: cache_warm\n')
  expect((await stored(project)).benchmarks.cache_warm!.since).toBe('20990102_000000')
})

test('baseline check judges a run that was measured in turns by the other version, with no baseline there', async ({
  project,
}) => {
  const against = { ref: 'main', commit: 'a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0' }
  const steady = [10, 10.01, 9.99, 10.02, 9.98, 10]
  const figure = { title: 'Average Duration', unit: 'ns', direction: 'lower', gate: true } as const
  const policy = { ...recordedPolicy, failOn: 'low', against } as const
  const { options } = makeRun([])
  const runOf = (factor: number) => {
    const head = steady.map((value) => value * factor)
    const paired = { ...against, figures: { duration_mean: { ...figure, base: steady, head, control: steady } } }
    const benchmark = { ...makeBenchmark({ key: 'cache_warm', medianMs: 1 }), paired }
    return makeRun([benchmark], { id: '20990101_000000', options: { ...options, policy } })
  }
  const check = async (factor: number) => {
    const path = join(project, 'benchmark_results', 'run_20990101_000000.json')
    await writeFile(path, JSON.stringify(runOf(factor)))
    return runCommandLine(['baseline', 'check'], { env: {}, cwd: project })
  }
  expect(await check(1.2)).toBe(1)
  expect(await check(1)).toBe(0)
})

test('baseline accept takes only the named benchmarks', async ({ project }) => {
  await runCommandLine(['baseline', 'accept', 'cache_warm'], { env: {}, cwd: project })
  expect(Object.keys((await stored(project)).benchmarks)).toEqual(['cache_warm'])
})

test('several processes that accept at the same time lose nothing of one another', { timeout: 180_000 }, async ({
  project,
}) => {
  const all = await Promise.all(keys.map((key) => runNode([main, 'baseline', 'accept', key], project)))
  expect(all.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0])
  expect(Object.keys((await stored(project)).benchmarks)).toEqual(keys.toSorted())
})

test('a baseline is written with sorted keys, so that a change is a small difference', async ({ project }) => {
  await runCommandLine(['baseline', 'accept', 'model_selection_quick_qa_low'], { env: {}, cwd: project })
  await runCommandLine(['baseline', 'accept', 'cache_warm'], { env: {}, cwd: project })
  const path = join(project, 'baseline', `${makeRun([]).machineClass}.json`)
  const text = await readFile(path, 'utf8')
  expect(text.indexOf('"cache_warm"')).toBeLessThan(text.indexOf('"model_selection_quick_qa_low"'))
  expect(text.endsWith('}\n')).toBe(true)
})

test('baseline accept does not overwrite a summaries file', async ({ project }) => {
  const path = join(project, 'benchmark_summaries_20260101_000000.json')
  await writeFile(path, '{}')
  const { exitCode, output } = await callCommandLine(['baseline', 'accept', '--baseline', path], project)
  expect(output).toContain('it is not a vitest-verdict baseline')
  expect(exitCode).toBe(3)
  expect(await readFile(path, 'utf8')).toBe('{}')
})

test('commands judge a run as it was configured when it was measured', async ({ project }) => {
  const policy = {
    ...recordedPolicy,
    failOn: 'low',
    strict: true,
    baseline: 'own.json',
  } as const
  const measured = makeRun(keys.map((key) => makeBenchmark({ key, medianMs: 1 })))
  const run = { ...measured, id: '20990101_000000', options: { ...measured.options, policy } }
  await writeFile(join(project, 'benchmark_results', `run_${run.id}.json`), JSON.stringify(run))
  const accepted = await callCommandLine(['baseline', 'accept'], project)
  expect(accepted.output).toContain('into own.json')
  const checked = await callCommandLine(['baseline', 'check'], project)
  expect(checked.output).toMatch(/3 (unchanged|inconclusive) against/)
  expect(checked.exitCode).toBe(checked.output.includes('inconclusive') ? 2 : 0)
})

test('baseline check ends with 1 for a target that the run missed, where the run was to fail for it', {
  timeout: 60_000,
}, async ({ project }) => {
  const targets = [
    { benchmark: 'cache_*', figure: 'averageMs', below: 0.5 },
    { benchmark: 'cache_warm', figure: 'p99Ms', below: 100 },
  ]
  await writeFile(join(project, 'baseline-targets.json'), JSON.stringify({ version: 1, targets }))
  const measured = makeRun(keys.map((key) => makeBenchmark({ key, medianMs: 1 })))
  const codes: number[] = []
  for (const failOnTarget of [false, true]) {
    const policy = { ...recordedPolicy, targets: 'baseline-targets.json', failOnTarget }
    const run = { ...measured, options: { ...measured.options, policy } }
    await writeFile(join(project, 'benchmark_results', `run_${run.id}.json`), JSON.stringify(run))
    await runCommandLine(['baseline', 'accept'], { env: {}, cwd: project })
    codes.push(await runCommandLine(['baseline', 'check'], { env: {}, cwd: project }))
  }
  expect(codes).toEqual([0, 1])
  const { output } = await runNode([main, 'baseline', 'check'], project)
  expect(output).toMatch(/Target missed: cache_warm averageMs < 0\.5, measured [\d.]+\n/)
  expect(output).toContain('Targets: 1 met, 2 missed.\n')
})

test('explain shows how the verdict was reached, by a part of the name and against a summaries file too', async ({
  project,
}) => {
  const summaries = {
    cache_warm: toSummaries(
      makeRun([makeBenchmark({ key: 'cache_warm', medianMs: 2 })]),
      makeReport(makeRun([makeBenchmark({ key: 'cache_warm', medianMs: 2 })])),
    ).cache_warm,
  }
  await writeFile(join(project, 'benchmark_summaries_20260101_000000.json'), JSON.stringify(summaries))
  const args = ['explain', 'warm', '--baseline', 'benchmark_summaries_20260101_000000.json']
  const { exitCode, output } = await callCommandLine(args, project)
  expect(output).toContain('Median Duration (duration_median, ns, lower is better): improved')
  expect(exitCode).toBe(0)
})

test.for<[args: string[], message: RegExp]>([
  [['baseline', 'accept', 'nothing'], /Cannot accept "nothing": run \S+ has no such benchmark\. It has: cache_warm/],
  [['baseline', 'accept', '--run', 'missing.json'], /Cannot read .*missing\.json: no such file/],
  [['baseline', 'accept', '--results-dir', 'nowhere'], /Cannot look for runs in .*nowhere: no such folder/],
  [['baseline', 'show', '--baseline', '.'], /it is a folder, a file is needed/],
  [['baseline', 'check'], /Cannot read .*linux-x64.*\.json: no such file/],
  [['baseline', 'acept'], /unknown command 'acept'/],
  [['baseline', 'accept', '--force'], /unknown option '--force'/],
  [['explain', 'nothing'], /Cannot explain "nothing": run \S+ has no such benchmark\. It has: cache_warm/],
  [['explain', 'cache'], /Cannot explain "cache": it is part of cache_warm, cache_cold/],
  [['bench', '--suite', '--config=own.ts'], /either --suite or --config/],
  [['bench', '--target', '{"url":"http://127.0.0.1:1"'], /"target" \(from VITEST_VERDICT_TARGET\): looks like JSON/],
  [['bench', '--iterations', 'many'], /"iterations" \(from VITEST_VERDICT_ITERATIONS\)/],
  [['bench', '--fail-on', 'awful'], /awful.*critical, high, medium, low/],
])('%j ends with exit code 3 and one clear line', async ([args, message], { project }) => {
  const { exitCode, output } = await callCommandLine(args, project)
  expect(output).toMatch(message)
  expect(output).not.toContain('    at ')
  expect(exitCode).toBe(3)
})
