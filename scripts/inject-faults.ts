/**
 * Injects each fault of `fixtures/system/injected-fault.ts` into the reference orchestrator, one at a time, and says whether the
 * benchmarks that should notice do. They run as the suite does, first sound, then with the fault, and are judged against one
 * another with `failOn: 'low'`. Prints a row per fault; exits with 1 when one was missed. A few minutes in all.
 *
 *   node scripts/inject-faults.ts [fault …]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Fault, faults } from '../fixtures/system/injected-fault.ts'
import { toBaseline } from '../plugin/judge/baseline.ts'
import { judge } from '../plugin/judge/judge.ts'
import type { Report } from '../plugin/judge/report.ts'
import { resolveOptions } from '../plugin/options.ts'
import type { Run } from '../plugin/run/run.ts'
import { latestRun } from '../plugin/store/latest-run.ts'
import { readRun } from '../plugin/store/read-run.ts'

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'faults-'))

/** Vitest's filters for the benchmarks that have to notice. */
const noticedBy: Record<Fault, readonly string[]> = {
  'selector-slow': ['bench/model-selection'],
  'cache-never-hits': ['bench/cache', '-t', '^Warm'],
  'leak-per-load': ['bench/memory-allocation'],
  'event-loop-blocked': ['bench/resource-utilization'],
  'failed-requests': ['bench/scalability-stress', '-t', '^50 requests'],
  'limiter-stuck': ['bench/concurrent', '-t', '^10 at once'],
}

async function measure(name: string, filters: readonly string[], fault: Fault | ''): Promise<Run> {
  const outputDir = join(folder, name)
  const { stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'bench', '--run', ...filters],
    {
      cwd: root,
      encoding: 'utf8',
      env: {
        ...process.env,
        MODEL_ORCHESTRATOR_FAULT: fault,
        VITEST_VERDICT_OUTPUT_DIR: outputDir,
        VITEST_VERDICT_BASELINE: join(folder, 'none.json'),
      },
    },
  )
  const path = await latestRun(outputDir).catch((cause) => {
    throw new Error(`The benchmarks did not run:\n${stdout}`, { cause })
  })
  return readRun(path)
}

/** What the fault did to the figures that count, worst first; a benchmark that failed by itself counts as well. */
async function noticed(fault: Fault): Promise<string[]> {
  const filters = noticedBy[fault]
  const sound = await measure(`sound-${fault}`, filters, '')
  const ill = await measure(fault, filters, fault)
  const report = judge(ill, toBaseline(sound, { acceptedAt: sound.finishedAt }), resolveOptions({ failOn: 'low' }))
  const regressions = report.benchmarks.flatMap(({ key, metrics }) =>
    Object.values(metrics)
      .filter(({ gate, verdict }) => gate && verdict === 'regressed')
      .map(
        ({ title, old, new: now, unit }) => `${key} ${title}: ${old?.toPrecision(3)} to ${now?.toPrecision(3)} ${unit}`,
      ),
  )
  if (regressions.length + report.failures.length === 0) explainSilence(report)
  return [...regressions, ...report.failures.map(({ key, error }) => `${key} failed: ${error.split('\n')[0]}`)]
}

/** What kept the verdicts open: most often a machine that was busy with something else. */
function explainSilence({ benchmarks }: Report): void {
  for (const { key, metrics } of benchmarks) {
    for (const { gate, title, verdict, interval, warnings } of Object.values(metrics)) {
      if (!gate) continue
      const times = interval?.map((bound) => bound.toFixed(2)).join(' to ') ?? 'unknown'
      console.error(`${key} ${title}: ${verdict}, times ${times} (${warnings.map(({ code }) => code).join(', ')})`)
    }
  }
}

const { positionals } = parseArgs({ allowPositionals: true })
const unknown = positionals.filter((name) => !faults.some((fault) => fault === name))
if (unknown.length > 0) {
  console.error(`Unknown fault ${unknown.join(', ')}. Known: ${faults.join(', ')}`)
  process.exit(3)
}
try {
  console.log('| fault | found by |\n|---|---|')
  for (const fault of faults.filter((name) => positionals.length === 0 || positionals.includes(name))) {
    const found = await noticed(fault)
    if (found.length === 0) process.exitCode = 1
    console.log(`| ${fault} | ${found.slice(0, 4).join('; ') || '**nothing**'} |`)
  }
} finally {
  rmSync(folder, { recursive: true })
}
