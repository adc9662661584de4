import { spawnSync } from 'node:child_process'
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { latestRun } from '../../plugin/store/latest-run.ts'
import { readRun } from '../../plugin/store/read-run.ts'
import { runNode } from '../support/run-vitest.ts'
import { testInFolder as test } from '../support/temporary-folder.ts'

const root = join(import.meta.dirname, '../..')

function npm(args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed: ${stdout}${stderr}`)
  return stdout.trim()
}

/** Uses our options of `bench`: they must be typed in a project that only names the plugin in its configuration. */
const typedBench = `import { test } from 'vitest'
import type {} from 'vitest-verdict'

test('typed', async ({ bench }) => {
  await bench('custom_typed', { category: 'custom', load: { concurrency: 2, requests: 10 } }, () => 1).run()
})
`

/** The code of the README, in its order: configuration, bench file, gate. */
async function readmeBlocks(): Promise<string[]> {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  return [...readme.matchAll(/^( *)```ts\n([\s\S]*?)^ *```$/gm)].map(([, indent = '', code = '']) =>
    code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  )
}

test('the packed package works in a project outside the repository, whose bench files stay as they are', {
  timeout: 240_000,
}, async ({ folder }) => {
  await cp(join(root, 'tests/e2e/projects/installed'), folder, { recursive: true })
  const tarball = npm(['pack', '--pack-destination', folder], root).split('\n').at(-1) ?? ''
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  npm(['install', '--prefer-offline', `./${tarball}`, `vitest@${devDependencies.vitest}`, '@types/node@24'], folder)
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs')
  const command = join(folder, 'node_modules/.bin/vitest-verdict')

  const first = await runNode([vitest, 'bench', '--run'], folder)
  expect(first.output).toContain('No baseline yet')
  expect(first.exitCode).toBe(0)
  expect(await readdir(join(folder, 'bench-results'))).toEqual(['stored.json'])

  const accepted = await runNode([command, 'baseline', 'accept'], folder)
  expect(accepted.output).toMatch(/Accepted 3 benchmarks of run .* into baseline\/[\w-]+\.json/)

  const second = await runNode([command, 'bench', '--sessions', '4', '--fail-on', 'critical'], folder)
  expect(second.output).toMatch(/(unchanged|inconclusive|improved|regressed).* against /)
  const run = await readRun(await latestRun(join(folder, 'benchmark_results')))
  expect(run.options.sessions).toBe(4)
  expect(run.benchmarks.map(({ key }) => key)).toEqual([
    'existing.bench.ts > joining words > stored',
    'existing.bench.ts > joining words > join',
    'existing.bench.ts > joining words > many times the work',
  ])

  const [config, bench, gate] = await readmeBlocks()
  await writeFile(join(folder, 'vitest.config.ts'), config!)
  await writeFile(join(folder, 'readme.bench.ts'), bench!)
  await writeFile(join(folder, 'gate.ts'), gate!)
  const measured = await runNode([command, 'bench', 'readme', '--quick'], folder)
  expect(measured.output).toContain('readme.bench.ts > parsing > JSON.parse')
  await runNode([command, 'baseline', 'accept', '--baseline', 'baseline/main.json'], folder)
  const gated = await runNode(['gate.ts'], folder)
  expect(gated.output.trim()).toMatch(/^readme\.bench\.ts > parsing > JSON\.parse (unchanged|inconclusive)$/)
  expect(gated.exitCode).toBe(0)

  await writeFile(join(folder, 'typed.ts'), typedBench)
  const types = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
    encoding: 'utf8',
  })
  expect(types.stdout).toBe('')
})
