import { readdirSync, realpathSync, rmSync } from 'node:fs'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { toBaseline } from '../../../plugin/judge/baseline.ts'
import type { Paired } from '../../../plugin/run/run.ts'
import { readRun } from '../../../plugin/store/read-run.ts'
import { makeBenchmark, makeRun } from '../../support/make-run.ts'
import { git, initRepository, root, workFile, write } from '../../support/run-against.ts'
import { runNode } from '../../support/run-vitest.ts'
import { testInFolder as test } from '../../support/temporary-folder.ts'

const benchFile = `
import { test } from 'vitest'
import { work } from './work.js'
for (const name of ['slow', 'other']) {
  test(name, async ({ bench }) => { const run = work; await bench(name, () => run()).run() })
}
`

const configuration = `import { verdict } from '${join(root, 'plugin/index.ts')}'
export default { plugins: [verdict({ profile: 'quick', time: 1, profiling: false, machineClass: 'here' })] }
`

test('vitest-verdict bench measures what regressed in turns with the commit of the baseline, or everything with a branch', {
  timeout: 240_000,
}, async ({ folder, expect }) => {
  const repository = join(realpathSync(folder), 'repository')
  await write(repository, {
    '.gitignore': 'node_modules\nbenchmark_results\n',
    'package.json': '{ "type": "module" }',
    'vitest.config.js': configuration,
    'work.bench.js': benchFile,
    'work.js': workFile('base', 1),
  })
  initRepository(repository)
  const commit = git(repository, 'rev-parse', 'HEAD')
  // Far faster than any machine is, so that the benchmark has regressed or, on a loaded machine, is inconclusive.
  const stored = makeRun([makeBenchmark({ key: 'work.bench.js > slow', medianMs: 1e-4, sessions: 6, category: null })])
  const baseline = toBaseline(
    { ...stored, environment: { ...stored.environment, platform: process.platform, arch: process.arch, commit } },
    { acceptedAt: '2026-11-24T10:00:00.000Z' },
  )
  await write(repository, { 'baseline/here.json': JSON.stringify(baseline), 'work.js': workFile('head', 3) })
  await symlink(join(root, 'node_modules'), join(repository, 'node_modules'))

  const { output } = await runNode([join(root, 'plugin/cli/main.ts'), 'bench', '--confirm'], repository, {
    VITEST_VERDICT_CACHE: join(folder, 'cache'),
  })

  const results = join(repository, 'benchmark_results')
  const measured = async () => {
    const run = await readRun(join(results, readdirSync(results).find((name) => name.startsWith('run_'))!))
    const [slow, other] = ['slow', 'other'].map((name) => run.benchmarks.find((each) => each.name === name)!.paired)
    return { slow: slow!, other, against: run.options.policy?.against }
  }
  const findsIt = ({ figures }: Paired) => {
    const { base, head, control } = figures.duration_quartile!
    expect([base.length, head.length, control?.length]).toEqual([6, 6, 6])
    const ratios = head.map((value, session) => value / base[session]!)
    expect(ratios.toSorted((a, b) => a - b)[3]).toBeGreaterThan(1.5)
    expect(git(repository, 'worktree', 'list').split('\n')).toHaveLength(1)
  }
  expect(output).toContain(`work.bench.js > slow: measuring in turns with ${commit}.`)
  const confirmed = await measured()
  expect(confirmed).toMatchObject({ slow: { ref: commit, commit }, other: undefined, against: undefined })
  findsIt(confirmed.slow)

  // A configuration of the head's own takes a process for each version.
  rmSync(results, { recursive: true })
  await write(repository, { 'vitest.config.js': `${configuration}// of the head\n` })
  const against = await runNode([join(root, 'plugin/cli/main.ts'), 'bench', '--against', 'main'], repository, {
    VITEST_VERDICT_CACHE: join(folder, 'cache'),
  })
  expect(against.output).toContain('because vitest.config.js differs')
  expect(against.output).toMatch(/against main \([0-9a-f]{7}\)\.$/m)
  const everything = await measured()
  const named = { ref: 'main', commit }
  expect(everything).toMatchObject({ slow: named, other: named, against: named })
  findsIt(everything.slow)

  const slip = await runNode([join(root, 'plugin/cli/main.ts'), 'bench', '--against', 'nonsense'], repository)
  expect(slip).toMatchObject({ exitCode: 3, output: expect.stringContaining('vitest-verdict: Cannot find "nonsense"') })
  expect(slip.output).not.toContain('measuring in turns')
  expect(readdirSync(results).filter((name) => name.startsWith('run_'))).toHaveLength(1)
})
