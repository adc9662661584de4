import { execFileSync, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, readFile, realpath, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { checkoutBase } from '../plugin/duet/checkout-base.ts'
import { endCleanly } from '../plugin/duet/end-cleanly.ts'
import { findBase } from '../plugin/duet/find-base.ts'
import { judgeDuet } from '../plugin/duet/judge-duet.ts'
import { openDuet, type SessionResult } from '../plugin/duet/open-duet.ts'
import { clopperPearson } from '../plugin/statistics/clopper-pearson.ts'
import { median } from '../plugin/statistics/median.ts'

/**
 * How often `against` is right, on this machine: a repository of 15 workloads is made, the head's code does so many per cent
 * more of the same work, and the verdicts are counted. Every verdict is appended to a file, so that runs add up; `--report`
 * only prints.
 *
 *   npm run eval:against -- --slowdown 5 --busy 2 --minutes 4
 */
const { values: given } = parseArgs({
  options: {
    slowdown: { type: 'string', default: '0' },
    threshold: { type: 'string', default: '3' },
    busy: { type: 'string', default: '0' },
    minutes: { type: 'string', default: '4' },
    most: { type: 'string', default: '24' },
    time: { type: 'string', default: '150' },
    workload: { type: 'string', default: '' },
    file: { type: 'string', default: 'reports/measure-against.jsonl' },
    report: { type: 'boolean', default: false },
  },
})

/** One benchmark's verdict in one run of `against`. */
interface Outcome {
  workload: string
  slowdown: number
  threshold: number
  busy: number
  verdict: string
  /** Of the quartile of short batches and of the mean, head / base. */
  ratios: number[]
  sessions: number
  /** Time spent on this benchmark, share of the processes' start included. */
  seconds: number
}

/** Units of work of a workload: `units` is 100 in the base. Each returns something that depends on all of its work. */
const workloads: Record<string, string> = {
  integer: 'let s = 0; for (let i = 0; i < units * 10; i++) s = (s * 31 + i) | 0; return s',
  float: 'let s = 1; for (let i = 0; i < units * 10; i++) s = Math.sqrt(s + i * 0.5); return s',
  parse: 'let s = 0; for (let i = 0; i < units; i++) s += JSON.parse(text).length; return s',
  stringify: 'let s = 0; for (let i = 0; i < units; i++) s += JSON.stringify(items).length; return s',
  regex: 'let s = 0; for (let i = 0; i < units; i++) s += line.match(/\\b\\w+ing\\b/g).length; return s',
  strings: "let s = 0; for (let i = 0; i < units; i++) s += line.split(' ').join('-').length; return s",
  maps: 'const m = new Map(); for (let i = 0; i < units * 10; i++) m.set(i % 97, (m.get(i % 97) ?? 0) + i); return m.get(1)',
  sort: 'let s = 0; for (let i = 0; i < units; i++) s += numbers.toSorted((a, b) => a - b)[0]; return s',
  objects: "const a = []; for (let i = 0; i < units * 2; i++) a.push({ i, s: 'x' + i }); return a.length",
  buffers: 'let s = 0; for (let i = 0; i < units; i++) s += new Uint8Array(256).fill(i)[9]; return s',
  closures:
    'let s = 0; for (let i = 0; i < units; i++) s += numbers.map((n) => n + i).filter((n) => n % 2).length; return s',
  hash: "let s = 0; for (let i = 0; i < units; i++) s += createHash('sha256').update(line).digest()[0]; return s",
  awaits: 'let s = 0; for (let i = 0; i < units; i++) s += await i; return s',
  timers: 'for (let i = 0; i < units; i++) await new Promise((done) => setImmediate(done)); return units',
  http: 'let s = 0; for (let i = 0; i < units; i++) s += (await request()).length; return s',
}

const benchFile = (name: string, body: string) => `
import { createHash } from 'node:crypto'
import { Agent, createServer, get } from 'node:http'
import { afterAll, beforeAll, test } from 'vitest'
import { units as configured } from './units.js'
const units = configured
const items = Array.from({ length: 10 }, (_, index) => ({ index, name: 'item ' + index }))
const text = JSON.stringify(items)
const line = 'while running and walking the king was singing a long and winding thing '.repeat(2)
const numbers = Array.from({ length: 50 }, (_, index) => (index * 7919) % 101)
const agent = new Agent({ keepAlive: true })
const server = createServer((_, response) => response.end('fine'))
const request = () => new Promise((resolve, reject) => {
  get({ port: server.address().port, host: '127.0.0.1', agent }, (response) => {
    let body = ''
    response.on('data', (chunk) => { body += chunk }).on('end', () => resolve(body))
  }).on('error', reject)
})
beforeAll(() => new Promise((done) => server.listen(0, '127.0.0.1', done)))
afterAll(() => { agent.destroy(); server.close() })
${/\bawait\b/.test(body) ? 'async ' : ''}function work() { ${body} }
test('${name}', async ({ bench }) => {
  await bench('${name}', { category: 'eval' }, work).run()
})
`

await (given.report ? Promise.resolve() : endCleanly(measure))
await report()

async function measure(onEnd: (undo: () => void) => void): Promise<void> {
  const repository = await realpath(await mkdtemp(join(tmpdir(), 'measure-against-')))
  onEnd(() => rmSync(repository, { recursive: true, force: true }))
  await makeRepository(repository)
  // They end by themselves too, should this process be killed.
  const until = Date.now() + Number(given.minutes) * 60_000 + 10_000
  const spin = `while (Date.now() < ${until}) Math.random()`
  const busy = Array.from({ length: Number(given.busy) }, () => spawn(process.execPath, ['-e', spin]))
  onEnd(() => {
    for (const child of busy) child.kill('SIGKILL')
  })
  const base = await findBase(repository, 'main')
  const selection = { filters: [] }
  const duet = await openDuet(repository, repository, selection)
  try {
    const { trees } = await checkoutBase(base, join(repository, 'cache'), console.error, onEnd)
    duet.useTrees(trees)
    await duet.select(selection)
    const end = Date.now() + Number(given.minutes) * 60_000
    while (Date.now() < end) await oneRun(duet, end)
  } finally {
    await duet.close()
  }
}

async function oneRun(duet: Awaited<ReturnType<typeof openDuet>>, end: number): Promise<void> {
  const sessions: SessionResult[] = []
  const seconds = new Map<string, number>()
  const severity = { medium: 10, high: 25, critical: 50 }
  const policy = { threshold: Number(given.threshold), ownThresholds: false, severity, most: Number(given.most) }
  let only: ReadonlySet<string> | undefined
  for (let target: number | null = 6; target !== null; ) {
    while (sessions.length < target) {
      // A run that is cut short says nothing: what decided slowly would be missing.
      if (Date.now() > end) return
      const start = performance.now()
      const session = await duet.session(sessions.length + 1, Number(given.time), only)
      for (const { where, error } of session.failures) throw new Error(`${where}: ${error}`)
      const each = (performance.now() - start) / 1000 / session.observations.length
      for (const { key } of session.observations) seconds.set(key, (seconds.get(key) ?? 0) + each)
      sessions.push(session)
    }
    const { undecided, continueTo } = judgeDuet(sessions, [], policy)
    only = undecided
    target = continueTo
  }
  const { answer } = judgeDuet(sessions, [], policy)
  const lines = answer.benchmarks.map(({ name, metrics }): string => {
    const figures = Object.values(metrics)
    const verdicts = figures.map(({ verdict }) => verdict)
    const order = ['regressed', 'inconclusive', 'improved', 'unchanged']
    const outcome: Outcome = {
      workload: name,
      slowdown: Number(given.slowdown),
      threshold: Number(given.threshold),
      busy: Number(given.busy),
      verdict: order.find((verdict) => verdicts.some((each) => each === verdict)) ?? 'none',
      ratios: figures.map(({ ratio }) => ratio ?? Number.NaN),
      sessions: Math.max(...figures.map(({ n }) => n[1])),
      seconds: seconds.get(name) ?? Number.NaN,
    }
    return `${JSON.stringify(outcome)}\n`
  })
  await mkdir(dirname(given.file), { recursive: true })
  await appendFile(given.file, lines.join(''))
}

async function makeRepository(repository: string): Promise<void> {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Eval', '-c', 'user.email=eval@localhost', ...args], { cwd: repository })
  const chosen = Object.entries(workloads).filter(([name]) => given.workload === '' || name === given.workload)
  for (const [name, body] of chosen) await writeFile(join(repository, `${name}.bench.js`), benchFile(name, body))
  await writeFile(join(repository, 'units.js'), 'export const units = 100\n')
  await writeFile(join(repository, 'package.json'), '{ "type": "module" }\n')
  await writeFile(join(repository, '.gitignore'), 'node_modules\ncache\n')
  await symlink(join(import.meta.dirname, '../node_modules'), join(repository, 'node_modules'))
  git('init', '--quiet', '--initial-branch=main')
  git('add', '.')
  git('commit', '--quiet', '--message=base')
  const units = 100 + Number(given.slowdown)
  await writeFile(join(repository, 'units.js'), `export const units = ${units}\n`)
}

async function report(): Promise<void> {
  const lines = (await readFile(given.file, 'utf8').catch(() => '')).split('\n').filter(Boolean)
  const groups = Map.groupBy(
    lines.map((line) => JSON.parse(line) as Outcome),
    ({ slowdown, threshold, busy }) => `${busy > 0 ? `busy (${busy})` : 'calm'} | +${slowdown} % | ${threshold} %`,
  )
  console.log(
    'machine | truth | threshold | verdicts | regressed | unchanged | inconclusive | improved | within 1 pp | s, median | sessions, median',
  )
  console.log('--- | --- | --- | --- | --- | --- | --- | --- | --- | --- | ---')
  for (const [group, outcomes] of [...groups].sort()) {
    const share = (holds: (outcome: Outcome) => boolean) => {
      const count = outcomes.filter(holds).length
      const [low, high] = clopperPearson(count, outcomes.length, 0.95)
      return `${count} (${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)} %)`
    }
    const verdicts = ['regressed', 'unchanged', 'inconclusive', 'improved'].map((each) =>
      share(({ verdict }) => verdict === each),
    )
    const near = share(({ ratios, slowdown }) => Math.abs((ratios[0] ?? Number.NaN) - 1 - slowdown / 100) <= 0.01)
    const typical = (figure: (outcome: Outcome) => number) => median(outcomes.map(figure)).toFixed(1)
    console.log(
      [
        group,
        outcomes.length,
        ...verdicts,
        near,
        typical(({ seconds }) => seconds),
        typical(({ sessions }) => sessions),
      ].join(' | '),
    )
  }
}
