import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { answerSchema } from '../../../plugin/compare/answer.ts'
import { callCommandLine } from '../../support/call-command-line.ts'
import { git, initRepository, root, runAgainst, workFile, write } from '../../support/run-against.ts'
import { testInFolder } from '../../support/temporary-folder.ts'

/**
 * The benchmark: its fixture, its hook and an aliased module each tell which version they are of, and the test checks them, and
 * what it is told of the target.
 */
const benchFile = (version: string) => `
import { beforeAll, describe, expect, inject } from 'vitest'
import { test as plain } from 'vitest'
import { version, work } from '@/work.js'
let hook
const test = plain.extend({ fixture: async ({}, use) => use('${version}') })
beforeAll(() => { hook = '${version}' })
describe('work', () => {
  ${version === 'base' ? "test('old', async ({ bench }) => { await bench('old', () => 1).run() })" : ''}
  test('done', async ({ bench, fixture }) => {
    expect([version, hook, fixture]).toEqual(['${version}', '${version}', '${version}'])
    expect(inject('vitestVerdictTarget')).toMatchObject({ kind: 'module', path: expect.stringMatching(/target\\.js$/) })
    const run = work
    const result = await bench('done', () => run()).run()
    expect(result.latency.mean).toBeGreaterThan(0)
    expect(result).toMeetBaseline()
    expect(result).not.toBeReliablyFasterThan(result)
  })
  ${version === 'head' ? "test('new', async ({ bench }) => { await bench('new', () => 1).run() })" : ''}
})
`

/** A repository whose working tree does ten times the work of \`main\`, in a folder of a monorepo. */
const test = testInFolder
  .extend('repository', async ({ folder }) => {
    const repository = join(realpathSync(folder), 'repository')
    const config = `import { fileURLToPath } from 'node:url'
import { verdict } from '${join(root, 'plugin/index.ts')}'
export default {
  plugins: [verdict({ target: '../../../target.js' })],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
}`
    await write(folder, { 'target.js': '' })
    await write(repository, {
      '.gitignore': 'node_modules',
      'package.json': '{ "type": "module" }',
      'packages/a/package.json': '{ "type": "module" }',
      'packages/a/vitest.config.js': config,
      'packages/a/src/work.js': workFile('base', 1),
      'packages/a/work.bench.js': benchFile('base'),
      'packages/a/gone.bench.js': benchFile('base'),
    })
    initRepository(repository)
    git(repository, 'rm', '--quiet', 'packages/a/gone.bench.js')
    await write(repository, {
      'packages/a/src/work.js': workFile('head', 10),
      'packages/a/work.bench.js': benchFile('head'),
    })
    await symlink(join(root, 'node_modules'), join(repository, 'node_modules'))
    return repository
  })
  .extend('against', async ({ folder, repository }) => {
    const cwd = join(repository, 'packages/a')
    return (args: readonly string[], onStart?: (pid: number) => void) =>
      runAgainst(args, { cwd, cache: join(folder, 'cache'), onStart })
  })
  .extend(
    'checkouts',
    async ({ folder }) =>
      () =>
        readdir(join(folder, 'cache/against')).catch(() => []),
  )

describe.concurrent('vitest-verdict against', { timeout: 600_000 }, () => {
  test('finds ten times the work, each version with its own modules, hooks and fixtures', async ({
    repository,
    against,
    checkouts,
    expect,
  }) => {
    const before = git(repository, 'status', '--porcelain')
    const { exitCode, out, said } = await against(['main', '--sessions', '6', '--time', '1', '--format', 'json'])
    expect(said).toContain('both versions in one process, dependencies linked')
    expect(said).not.toContain('Failed')
    const answer = answerSchema.parse(JSON.parse(out))
    expect(Object.fromEntries(answer.benchmarks.map(({ name, status }) => [name, status]))).toEqual({
      'work.bench.js > work > done': 'compared',
      'work.bench.js > work > new': 'new',
      'work.bench.js > work > old': 'removed',
      'gone.bench.js': 'removed',
    })
    const { duration_quartile } = answer.benchmarks.find(({ name }) => name.endsWith('done'))!.metrics
    // Whether a loaded machine allows a verdict after six sessions is not this test's question.
    expect(duration_quartile).toMatchObject({ verdict: expect.stringMatching(/^(regressed|inconclusive)$/), n: [6, 6] })
    expect(duration_quartile!.ratio).toBeGreaterThan(1.5)
    expect(exitCode).toBe(answer.verdict === 'regressed' ? 1 : 0)
    expect(git(repository, 'status', '--porcelain')).toBe(before)
    expect(git(repository, 'worktree', 'list').split('\n')).toHaveLength(1)
    expect(await checkouts()).toEqual([])
  })

  test('says why the base cannot be loaded, and keeps what the working tree shows', async ({
    repository,
    against,
    expect,
  }) => {
    const work = join(repository, 'packages/a/src/work.js')
    const head = readFileSync(work, 'utf8')
    await writeFile(work, "import './missing.js'\n")
    git(repository, 'commit', '--quiet', '-m', 'broken', work)
    await writeFile(work, head)
    const { exitCode, out, said } = await against(['main', '--time', '1', '--format', 'json'])
    expect(said).toMatch(/Failed in the base: work\.bench\.js: .*missing\.js/)
    const { metrics } = answerSchema.parse(JSON.parse(out)).benchmarks.find(({ name }) => name.endsWith('done'))!
    expect(metrics.duration_quartile).toMatchObject({
      old: null,
      new: expect.any(Number),
      verdict: 'no-baseline',
      warnings: [{ code: 'base-failed' }],
    })
    expect(exitCode).toBe(3)
  })

  test('measures the working tree alone where the base does not install, with exit code 3', async ({
    repository,
    against,
    checkouts,
    expect,
  }) => {
    await write(repository, { 'package-lock.json': 'not JSON' })
    git(repository, 'add', '.')
    git(repository, 'commit', '--quiet', '-m', 'lock')
    git(repository, 'rm', '--quiet', '--cached', 'package-lock.json')
    await write(repository, { 'package-lock.json': '{}' })
    const { exitCode, out, said } = await against(['main', '--time', '1'])
    expect(said).toContain('The base does not install: "npm ci')
    expect(said).toContain('Measuring the working tree alone.')
    expect(out).toMatch(/work > done +duration_quartile +– +\d/)
    expect(exitCode).toBe(3)
    expect(await checkouts()).toEqual([])
  })

  test('measures with --quick only files whose modules changed, and says where none did', async ({
    repository,
    against,
    expect,
  }) => {
    const idle =
      "import { test } from 'vitest'\ntest('idle', async ({ bench }) => { await bench('idle', () => 1).run() })\n"
    await write(repository, { 'packages/a/idle.bench.js': idle })
    git(repository, 'add', 'packages/a/idle.bench.js')
    git(repository, 'commit', '--quiet', '-m', 'idle', 'packages/a/idle.bench.js')
    const { out } = await against(['main', '--quick', '--time', '1', '--format', 'json'])
    const names = answerSchema.parse(JSON.parse(out)).benchmarks.map(({ name }) => name)
    expect(names).toContain('work.bench.js > work > done')
    expect(names.filter((name) => name.startsWith('idle'))).toEqual([])
    git(repository, 'commit', '--quiet', '--all', '-m', 'all')
    const unchanged = await against(['main', '--quick'])
    expect(unchanged).toMatchObject({ exitCode: 0, out: '', said: expect.stringContaining('No benchmark') })
    const mistyped = await against(['main', 'wrok'])
    expect(mistyped).toMatchObject({ exitCode: 3, said: expect.stringContaining('Nothing was compared') })
    await write(repository, { 'packages/a/idle.bench.js': "import './missing.js'\n" })
    const failing = await against(['main', 'idle', '--time', '1'])
    expect(failing).toMatchObject({ exitCode: 1, said: expect.stringContaining('Failed: idle.bench.js') })
    expect(failing.said).not.toContain('Nothing was compared')
  })

  test.for(['SIGINT', 'SIGTERM'] as const)(
    'leaves no worktree and no process after %s',
    async (signal, { repository, against, checkouts, expect }) => {
      let workers: string[] = []
      const { exitCode } = await against(['main', '--time', '60000'], (pid) => {
        const look = setInterval(() => {
          workers = childrenOf(pid)
          if (workers.length === 0) return
          clearInterval(look)
          process.kill(pid, signal)
        }, 20)
      })
      expect(exitCode).toBe(signal === 'SIGINT' ? 130 : 143)
      expect(workers).not.toEqual([])
      await expect.poll(() => workers.filter(isAlive), { timeout: 60_000 }).toEqual([])
      expect(git(repository, 'worktree', 'list').split('\n')).toHaveLength(1)
      expect(await checkouts()).toEqual([])
    },
  )
})

test('vitest-verdict against exits with 3 for a ref or an option that makes no sense', async ({
  repository,
  expect,
}) => {
  const ref = await callCommandLine(['against', 'nonsense'], repository)
  expect(ref).toMatchObject({ exitCode: 3, output: expect.stringContaining('Cannot find "nonsense"') })
  const sessions = await callCommandLine(['against', 'main', '--sessions', '7'], repository)
  expect(sessions).toMatchObject({ exitCode: 3, output: expect.stringContaining('after 6, 10, 16, 24 sessions') })
})

/** Node processes that another started, by Linux's own list. */
function childrenOf(pid: number): string[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
    return children.filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('vitest'))
  } catch {
    return []
  }
}

function isAlive(pid: string): boolean {
  return readdirSync('/proc').includes(pid) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}
