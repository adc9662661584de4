import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { answerSchema } from '../../../plugin/compare/answer.ts'
import { checkoutBase } from '../../../plugin/duet/checkout-base.ts'
import { findBase } from '../../../plugin/duet/find-base.ts'
import { openLockstepDuet } from '../../../plugin/duet/lockstep-duet.ts'
import { childEnvironment, git, initRepository, root, runAgainst, workFile, write } from '../../support/run-against.ts'
import { testInFolder } from '../../support/temporary-folder.ts'

/** Its configuration, a global and a module each tell which version they are of, and the test checks them. */
const benchFile = (version: string) => `
import { describe, expect, test } from 'vitest'
import { version, work } from 'kit'
import 'built'
describe('work', () => {
  test('done', async ({ bench }) => {
    expect([version, __VERSION__, globalThis.alone ?? '${version}']).toEqual(['${version}', '${version}', '${version}'])
    globalThis.alone = '${version}'
    const run = work
    const result = await bench('done', { writeResult: './result.json' }, () => run()).run()
    expect(result.latency.mean).toBeGreaterThan(0)
  })
  test('${version === 'head' ? 'new' : 'old'}', async ({ bench }) => {
    await bench.compare(bench('one', () => 1), bench('two', () => 2))
  })
})
`

const deadlyFile = (deed: string) => `
import { test } from 'vitest'
test('deadly', async ({ bench }) => {
  await bench('deadly', () => ${deed}).run()
})
`

const done = 'work.bench.js > work > done'

/** Its aliases lead into the working tree, as a package of the repository does that is linked as a dependency. */
const config = (version: string, repository: string) => {
  const alias = { kit: join(repository, 'src/work.js'), built: join(repository, 'built.js') }
  return `export default { define: { __VERSION__: '"${version}"' }, resolve: { alias: ${JSON.stringify(alias)} }, test: { globalSetup: './setup.js' } }\n`
}

/** A repository whose working tree has another configuration of Vitest than \`main\`, and does ten times the work. */
const test = testInFolder.extend('repository', async ({ folder }) => {
  const repository = join(realpathSync(folder), 'repository')
  const version = (name: string, times: number) => ({
    'vitest.config.js': config(name, repository),
    'src/work.js': workFile(name, times),
    'work.bench.js': benchFile(name),
    'setup.js': 'export default () => {}\n',
    'deadly.bench.js': deadlyFile(name === 'base' ? "process.kill(process.pid, 'SIGKILL')" : '1'),
  })
  await write(repository, { '.gitignore': 'node_modules\nbuilt.js', 'package.json': '{ "type": "module" }' })
  await write(repository, { ...version('base', 1), 'gone.bench.js': benchFile('base') })
  initRepository(repository)
  git(repository, 'rm', '--quiet', 'gone.bench.js')
  await write(repository, { ...version('head', 10), 'built.js': '' })
  await symlink(join(root, 'node_modules'), join(repository, 'node_modules'))
  return repository
})

/** Processes of Vitest that run in a folder or below it. */
function processesIn(folder: string): string[] {
  const links = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return links.filter((pid) => {
    try {
      return realpathSync(`/proc/${pid}/cwd`).startsWith(folder)
    } catch {
      return false
    }
  })
}

describe('openLockstepDuet()', () => {
  test('runs each version with its own configuration, and goes on when a worker of one dies', {
    timeout: 600_000,
  }, async ({ folder, repository, expect }) => {
    const before = git(repository, 'status', '--porcelain')
    const undos: (() => void)[] = []
    const onEnd = (undo: () => void) => void undos.push(undo)
    const pinning = { prefix: [], text: 'anywhere' }
    const selection = { filters: [] }
    const duet = await openLockstepDuet(repository, repository, selection, { env: childEnvironment(), onEnd, pinning })
    try {
      expect(await duet.select(selection)).toBe(2)
      const base = await findBase(repository, 'main')
      const { trees } = await checkoutBase(base, join(folder, 'cache'), { say: () => {}, onFolder: onEnd })
      duet.useTrees(trees)
      const first = await duet.session(1, 1)
      expect(first.failures).toEqual([])
      const values = first.observations.map(({ key, record }) => [key, record.figures.duration_quartile!.values])
      const { head, base: old, ...others } = Object.fromEntries(values)[done]
      expect(head / old).toBeGreaterThan(1.5)
      expect(others).toEqual({ null: expect.any(Number) })
      expect(Object.fromEntries(values)).toMatchObject({
        'work.bench.js > work > new > one': { head: expect.any(Number) },
        'work.bench.js > work > new > two': { head: expect.any(Number) },
        'deadly.bench.js > deadly': { head: expect.any(Number) },
      })
      expect(first.removed.map(({ key }) => key)).toEqual([
        'work.bench.js > work > old > one',
        'work.bench.js > work > old > two',
      ])
      expect(first.shared).toEqual(['built.js'])
      expect(duet.globalSetups()).toEqual([join(repository, 'setup.js')])
      expect(first.baseFailures.map(({ file }) => file)).toContain('deadly.bench.js')
      expect(duet.filesOnlyInBase()).toEqual(['gone.bench.js'])

      const second = await duet.session(2, 1, new Set([done]))
      expect(second.observations.map(({ key }) => key)).toEqual([done])
      expect(Object.keys(second.observations[0]!.record.figures.duration_mean!.values).sort()).toEqual([
        'base',
        'head',
        'null',
      ])
      expect(git(repository, 'status', '--porcelain')).toBe(before)
    } finally {
      for (const undo of undos) undo()
    }
    await expect.poll(() => processesIn(realpathSync(folder)), { timeout: 60_000 }).toEqual([])
  })
})

describe('vitest-verdict against', () => {
  test('says why it measures in processes and why the base cannot be started, and keeps what the working tree shows', {
    timeout: 600_000,
  }, async ({ folder, repository, expect }) => {
    const ours = readFileSync(join(repository, 'vitest.config.js'), 'utf8')
    await writeFile(join(repository, 'vitest.config.js'), "throw new Error('no such room')\n")
    git(repository, 'commit', '--quiet', '-m', 'broken', 'vitest.config.js')
    await writeFile(join(repository, 'vitest.config.js'), ours)
    const args = ['main', 'work', '--time', '1', '--format', 'json']
    const { exitCode, out, said } = await runAgainst(args, { cwd: repository, cache: join(folder, 'cache') })
    expect(said).toMatch(/each version in a process of its own, in lock-step, .*, because vitest.config.js differs/)
    expect(said).toContain('Failed in the base: its process: no such room')
    const { metrics } = answerSchema.parse(JSON.parse(out)).benchmarks.find(({ name }) => name === done)!
    expect(metrics.duration_quartile).toMatchObject({
      old: null,
      new: expect.any(Number),
      verdict: 'no-baseline',
      warnings: [{ code: 'base-failed', text: expect.stringContaining('no such room') }],
    })
    expect(exitCode).toBe(3)
    expect(git(repository, 'worktree', 'list').split('\n')).toHaveLength(1)
    expect(await readdir(join(folder, 'cache/against'))).toEqual([])
    await expect.poll(() => processesIn(realpathSync(folder)), { timeout: 60_000 }).toEqual([])
  })
})
