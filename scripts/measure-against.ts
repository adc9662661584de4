import { execFileSync, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, readFile, realpath, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { sessionTimeMs } from '../plugin/duet/duet-pace.ts'
import { endCleanly } from '../plugin/duet/end-cleanly.ts'
import { duetLooks } from '../plugin/duet/judge-duet.ts'
import type { Duet } from '../plugin/duet/open-duet.ts'
import { type Installed, installPackage } from './measure-against/install-package.ts'
import { type Outcome, outcomeOf } from './measure-against/outcome.ts'
import { evaluationTable } from './measure-against/table.ts'
import { benchFile, workloads } from './measure-against/workloads.ts'
import { writeTable } from './write-table.ts'

/**
 * How often `against` is right, on this machine: a repository of 15 workloads is made, the head's code does so many per cent
 * more of the same work, and the verdicts are counted. Each is appended to a file, so that slices add up.
 *
 *   npm run eval:against -- --effect 5 --busy --minutes 4
 *   npm run eval:against -- --write
 */
const { values: given } = parseArgs({
  options: {
    /** How much more work the head does, per cent; 0 is the same code. */
    effect: { type: 'string', default: '0' },
    /** Practical threshold, per cent. */
    threshold: { type: 'string', default: '3' },
    /** Keep two other processes busy. */
    busy: { type: 'boolean', default: false },
    /** So many runs, each of one verdict per workload … */
    repeat: { type: 'string', default: '1' },
    /** … or fewer where this is over; a run that is cut short counts for nothing. */
    minutes: { type: 'string', default: '60' },
    /** Timed calls per version, benchmark and session, ms. */
    time: { type: 'string', default: String(sessionTimeMs) },
    /** Only these, separated by commas. */
    workload: { type: 'string' },
    /** Where verdicts are kept. */
    file: { type: 'string', default: 'reports/against.jsonl' },
    /** Measure nothing, only print the table of all verdicts kept. */
    report: { type: 'boolean', default: false },
    /** … and write it into the documentation. */
    write: { type: 'boolean', default: false },
  },
})
const effect = Number(given.effect)
const time = Number(given.time)
const end = Date.now() + Number(given.minutes) * 60_000
const outOfTime = new Error('Time is over')

if (!given.report && !given.write) await endCleanly(measure)
const kept = (await readFile(given.file, 'utf8').catch(() => '')).split('\n').filter(Boolean)
const table = evaluationTable(kept.map((line) => JSON.parse(line) as Outcome))
console.log(table)
if (given.write) await writeTable(join(import.meta.dirname, '../docs/against-evaluation.md'), 'verdicts', table)

async function measure(onEnd: (undo: () => void) => void): Promise<void> {
  const repository = await realpath(await mkdtemp(join(tmpdir(), 'measure-against-')))
  onEnd(() => rmSync(repository, { recursive: true, force: true }))
  const names = given.workload?.split(',') ?? Object.keys(workloads)
  const { checkoutBase, findBase, openDuet, takeLooks } = await makeRepository(repository, names)
  const start = performance.now()
  const base = await findBase(repository, 'main')
  const selection = { filters: [] }
  const duet = await openDuet(repository, repository, selection)
  try {
    const { trees } = await checkoutBase(base, join(repository, 'cache'), { say: console.error, onFolder: onEnd })
    duet.useTrees(trees)
    await duet.select(selection)
    const opening = (performance.now() - start) / 1000 / names.length
    if (given.busy) for (const child of [spin(), spin()]) onEnd(() => child.kill('SIGKILL'))
    for (let run = 0; run < Number(given.repeat); run++) {
      const outcomes = await oneRun(duet, takeLooks, opening)
      if (outcomes === null) return
      await mkdir(dirname(given.file), { recursive: true })
      await appendFile(given.file, outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join(''))
    }
  } finally {
    await duet.close()
  }
}

/** Ends by itself too, should this process be killed. */
function spin() {
  return spawn(process.execPath, ['-e', `while (Date.now() < ${end + 60_000}) Math.random()`])
}

/** All verdicts of one run of `against`; null where time is over before: what decided slowly would be missing. */
async function oneRun(duet: Duet, takeLooks: Installed['takeLooks'], opening: number): Promise<Outcome[] | null> {
  const seconds = new Map<string, number>()
  const severity = { medium: 10, high: 25, critical: 50 }
  const threshold = Number(given.threshold)
  const policy = { threshold, ownThresholds: false, severity, meanCertifies: false, most: duetLooks.at(-1)! }
  const timed: typeof duet = {
    ...duet,
    async session(number, ms, only) {
      if (Date.now() > end) throw outOfTime
      const start = performance.now()
      const session = await duet.session(number, ms, only)
      for (const { where, error } of session.failures) throw new Error(`${where}: ${error}`)
      const ofAll = session.observations.reduce((sum, { record }) => sum + record.tookMs, 0)
      const common = (performance.now() - start - ofAll) / session.observations.length
      for (const { key, record } of session.observations) {
        seconds.set(key, (seconds.get(key) ?? 0) + (record.tookMs + common) / 1000)
      }
      return session
    },
  }
  const taken = await takeLooks(timed, { policy, time }).catch((error: unknown) => {
    if (error === outOfTime) return null
    throw error
  })
  if (taken === null) return null
  const { sessions, judgement } = taken
  const at = new Date().toISOString()
  return judgement.answer.benchmarks.map((benchmark) => ({
    ...{ effect, threshold, busy: given.busy, time, at },
    ...outcomeOf(benchmark, sessions),
    seconds: Number((opening + seconds.get(benchmark.name)!).toFixed(3)),
  }))
}

/** @returns what the package that is installed in it has */
async function makeRepository(repository: string, names: readonly string[]): Promise<Installed> {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Eval', '-c', 'user.email=eval@localhost', ...args], { cwd: repository })
  await writeFile(join(repository, 'work.bench.js'), benchFile(names))
  await writeFile(join(repository, 'units.js'), 'export const units = 100\n')
  await writeFile(join(repository, 'package.json'), '{ "type": "module" }\n')
  await writeFile(join(repository, '.gitignore'), 'node_modules\ncache\n')
  const installed = await installPackage(join(repository, 'node_modules'))
  git('init', '--quiet', '--initial-branch=main')
  git('add', '.')
  git('commit', '--quiet', '--message=base')
  await writeFile(join(repository, 'units.js'), `export const units = ${100 + effect}\n`)
  return installed
}
