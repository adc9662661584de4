import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { registerAnalyze } from '../../../plugin/cli/analyze.ts'
import { registerReport } from '../../../plugin/cli/report.ts'
import { registerTrend } from '../../../plugin/cli/trend.ts'
import { writeHistory } from '../../../plugin/store/history.ts'
import { historyFiles } from '../../../plugin/store/history-files.ts'
import { calmRun, troubledRun } from '../../support/made-runs.ts'
import { makeHistory } from '../../support/make-history.ts'
import { recordedPolicy } from '../../support/make-run.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'stored-runs-'))
})
afterEach(() => rmSync(cwd, { recursive: true }))

async function call(...args: string[]) {
  const printed: string[] = []
  let exitCode = 0
  const program = new Command().exitOverride()
  const context = {
    env: { VITEST_VERDICT_OUTPUT_DIR: 'results' },
    cwd,
    print: (text: string) => void printed.push(text),
    exit: (code: number) => {
      exitCode = code
    },
  }
  for (const register of [registerAnalyze, registerReport, registerTrend]) register(program, context)
  await program.parseAsync(args, { from: 'user' })
  return { text: printed.join('\n'), exitCode }
}

function store(run: ReturnType<typeof calmRun>, name = `run_${run.id}.json`) {
  writeFileSync(join(cwd, name), JSON.stringify(run))
}

const summariesOf = (averageMs: number) => ({
  model_selection_quick_qa_low: {
    category: 'model_selection_quick_qa_low',
    total_runs: 600,
    successful_runs: 600,
    failed_runs: 0,
    avg_duration_ms: averageMs,
    p50_duration_ms: averageMs,
    p95_duration_ms: averageMs,
    p99_duration_ms: averageMs,
    avg_memory_mb: 1,
    peak_memory_mb: 1,
    success_rate: 100,
    sessions: Array.from({ length: 6 }, (_, index) => ({ log_median_ms: Math.log(averageMs) + 0.001 * index, n: 100 })),
  },
})

describe('vitest-verdict analyze', () => {
  test('writes the analysis of the latest run and says the worst of it', async () => {
    store(calmRun(), 'run_20260101_000000.json')
    store(troubledRun())
    const { text, exitCode } = await call('analyze', '--results-dir', '.')
    expect(text).toContain('CRITICAL: api_response_high_reasoning')
    expect(text).toContain('Written to ./: analysis_report_20261124_090507.md')
    expect(readFileSync(join(cwd, 'analysis_report_20261124_090507.md'), 'utf8')).toContain('## Bottlenecks (5)')
    expect(exitCode).toBe(0)
  })

  test('draws the four pictures when asked to', async () => {
    store(calmRun())
    await call('analyze', '--results-dir', '.', '--visualize')
    const files = readdirSync(join(cwd, 'visualizations'))
    for (const name of ['duration_comparison', 'memory_usage', 'success_rates', 'performance_distribution']) {
      expect(files).toEqual(expect.arrayContaining([`${name}.png`, `${name}.svg`]))
    }
  })

  test('ends with 1 when a regression against the given baseline is critical', async () => {
    store(troubledRun())
    writeFileSync(join(cwd, 'benchmark_summaries_20260101_000000.json'), JSON.stringify(summariesOf(1)))
    const slower = await call('analyze', '--results-dir', '.', '--baseline', 'benchmark_summaries_20260101_000000.json')
    expect(slower.text).toContain('CRITICAL: model_selection_quick_qa_low - ')
    expect(slower.exitCode).toBe(1)
    writeFileSync(join(cwd, 'same.json'), JSON.stringify(summariesOf(2.3)))
    expect((await call('analyze', '--results-dir', '.', '--baseline', 'same.json')).exitCode).toBe(0)
  })

  test('says which targets were missed, and ends with 1 for them where the run was to', async () => {
    const run = calmRun()
    mkdirSync(join(cwd, 'baseline'))
    const targets = [{ benchmark: 'model_selection_quick_qa_low', figure: 'averageMs', below: 1e-6 }]
    writeFileSync(join(cwd, 'baseline', 'targets.json'), JSON.stringify({ version: 1, targets }))
    store(run)
    const said = await call('analyze', '--results-dir', '.')
    expect(said.text).toMatch(
      /Target missed: model_selection_quick_qa_low averageMs < 0\.000001, measured [\d.]+\nTargets: 0 met, 1 missed\.\n/,
    )
    expect(said.exitCode).toBe(0)
    const policy = { ...recordedPolicy, failOnTarget: true }
    store({ ...run, options: { ...run.options, policy } })
    expect((await call('analyze', '--results-dir', '.')).exitCode).toBe(1)
  })

  test.each([
    [['--threshold', 'abc'], 'Invalid --threshold "abc"'],
    [['--baseline', 'nope.json'], 'no such file'],
    [['--results-dir', 'nowhere'], 'no such folder'],
  ])('says what is wrong with %j', async (args, message) => {
    store(calmRun())
    await expect(call('analyze', '--results-dir', '.', ...args)).rejects.toThrow(message)
  })
})

describe('vitest-verdict report', () => {
  test('writes the page, the table or the data beside the run', async () => {
    store(calmRun())
    for (const format of ['html', 'csv', 'json']) {
      await call('report', '--results-dir', '.', '--format', format)
      expect(readFileSync(join(cwd, `benchmark_report_20261124_090507.${format}`), 'utf8')).toContain(
        'model_selection_reasoning_high',
      )
    }
    await expect(call('report', '--results-dir', '.', '--format', 'pdf')).rejects.toThrow('use html, csv, json')
  })
})

describe('vitest-verdict trend', () => {
  test('studies the stored runs, the benchmarks asked for only', async () => {
    const history = historyFiles(join(cwd, 'results', 'history'))
    const level = (index: number, run: number) => (index === 1 && run >= 20 ? 2e5 : 1e5)
    for (const entry of makeHistory({ runs: 40, benchmarks: 3, level })) await writeHistory(history, entry)
    await history.write('stranger.txt', 'hello')
    const { text } = await call('trend', '*case_1')
    expect(text).toMatch(/changed at run \d+_\d+: \+9\d\.\d%|changed at run \d+_\d+: \+10\d\.\d%/)
    expect(text).not.toContain('case_0')
    expect(text).toContain('! skipped stranger.txt')
    const { text: json } = await call('trend', '--format', 'json', '--metric', 'duration_p95')
    expect(JSON.parse(json).trends).toHaveLength(3)
    await expect(call('trend', '--metric', 'nope')).rejects.toThrow('There are: duration_median')
    await expect(call('trend', 'nope')).rejects.toThrow('No stored benchmark matches nope')
    await expect(call('trend', '--machine-class', 'other')).rejects.toThrow('It has: linux-x64-2cpu-node24')
  })

  test('says that there is no history', async () => {
    await expect(call('trend', '--history', 'empty')).rejects.toThrow('No history in')
  })
})
