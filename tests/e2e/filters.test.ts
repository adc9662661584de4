import { realpathSync } from 'node:fs'
import { appendFile, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { latestRun } from '../../plugin/store/latest-run.ts'
import { readRun } from '../../plugin/store/read-run.ts'
import { initRepository, root, write } from '../support/run-against.ts'
import { runNode } from '../support/run-vitest.ts'
import { testInFolder as test } from '../support/temporary-folder.ts'

/** A benchmark file that notes each process it is loaded in. */
const benchFile = (tests: readonly { name: string; tags: readonly string[] }[]) => `
import { appendFileSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'vitest'
appendFileSync(process.env.LOADED, \`\${basename(import.meta.filename)} \${process.pid}\\n\`)
for (const { name, tags } of ${JSON.stringify(tests)}) {
  test(name, { tags }, async ({ bench }) => { await bench(name, () => 1).run() })
}
`

const config = `
import { verdict } from ${JSON.stringify(pathToFileURL(join(root, 'plugin/index.ts')).href)}
export default { plugins: [verdict({ time: 20, iterations: 10, profiling: false, sessions: 2 })] }
`

test('--changed, --tagsFilter and -t choose together, and no session starts on a file in which they leave nothing', {
  timeout: 600_000,
}, async ({ folder, expect }) => {
  const project = join(realpathSync(folder), 'project')
  await write(project, {
    '.gitignore': 'node_modules',
    'package.json': '{ "type": "module" }',
    'vitest.config.js': config,
    'chosen.bench.js': benchFile([
      { name: 'fast sum', tags: ['quick'] },
      { name: 'slow sum', tags: ['quick'] },
      { name: 'fast product', tags: [] },
    ]),
    'untagged.bench.js': benchFile([{ name: 'fast square', tags: [] }]),
    'unchanged.bench.js': benchFile([{ name: 'fast root', tags: ['quick'] }]),
  })
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'))
  initRepository(project)
  for (const name of ['chosen', 'untagged']) await appendFile(join(project, `${name}.bench.js`), '// changed')

  const loaded = join(folder, 'loaded')
  const report = join(folder, 'vitest.json')
  const filters = ['--changed', '--tagsFilter=quick', '-t', 'fast']
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const { exitCode, output } = await runNode([vitest, 'bench', '--run', ...filters, ...reporters], project, {
    LOADED: loaded,
  })
  expect(output).toContain('No baseline yet')
  expect(exitCode).toBe(0)

  const run = await readRun(await latestRun(join(project, 'benchmark_results')))
  expect(run.benchmarks.map(({ key, sessions }) => [key, sessions.map(({ session }) => session)])).toEqual([
    ['chosen.bench.js > fast sum', [1, 2]],
  ])

  const loads = (await readFile(loaded, 'utf8')).trim().split('\n')
  const processesOf = (file: string) =>
    loads.filter((line) => line.startsWith(`${file} `)).map((line) => line.split(' ')[1])
  // Once to see what the files hold, in one process for both; then the sessions, each in a process of its own.
  expect(processesOf('untagged.bench.js')).toEqual(processesOf('chosen.bench.js').slice(0, 1))
  expect(new Set(processesOf('chosen.bench.js')).size).toBe(3)
  expect(processesOf('unchanged.bench.js')).toEqual([])
  expect(run.benchmarks[0]?.sessions.map(({ process: { pid } }) => String(pid))).toEqual(
    processesOf('chosen.bench.js').slice(1),
  )

  const { testResults } = JSON.parse(await readFile(report, 'utf8'))
  const states = testResults.flatMap(
    ({ assertionResults }: { assertionResults: { title: string; status: string }[] }) =>
      assertionResults.map(({ title, status }) => `${title}: ${status}`),
  )
  expect(states.sort()).toEqual([
    'fast product: skipped',
    'fast square: skipped',
    'fast sum: passed',
    'slow sum: skipped',
  ])

  const nothing = await runNode([vitest, 'bench', '--run', '-t', 'nothing of this name'], project, { LOADED: loaded })
  expect(nothing.output).toContain('no benchmark was measured')
  expect(nothing.exitCode).toBe(3)
})
