import { spawnSync } from 'node:child_process'
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { startSimulator } from '../../fixtures/providers/start-simulator.ts'
import { latestRun } from '../../plugin/store/latest-run.ts'
import { readRun } from '../../plugin/store/read-run.ts'
import { runNode } from '../support/run-vitest.ts'
import { testInFolder as test } from '../support/temporary-folder.ts'

const root = join(import.meta.dirname, '../..')

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stdout}${stderr}`)
  return stdout.trim()
}

/**
 * Packs this package as `npm publish` would and unpacks it where `npm install` puts it. Beside it stands what its own manifest
 * asks for and nothing else, taken from our dependencies, so that no registry is needed.
 */
async function install(folder: string): Promise<{ vitest: string; command: string }> {
  const packed = run('npm', ['pack', '--pack-destination', folder, '--loglevel=error'], root).split('\n').at(-1) ?? ''
  const modules = join(folder, 'node_modules')
  const unpacked = join(modules, 'vitest-verdict')
  await mkdir(unpacked, { recursive: true })
  run('tar', ['-xzf', join(folder, packed), '-C', unpacked, '--strip-components=1'], folder)
  const { dependencies, bin } = JSON.parse(await readFile(join(unpacked, 'package.json'), 'utf8'))
  for (const name of [...Object.keys(dependencies), 'vitest', '@types/node']) {
    await mkdir(dirname(join(modules, name)), { recursive: true })
    await symlink(join(root, 'node_modules', name), join(modules, name))
  }
  return { vitest: join(modules, 'vitest/vitest.mjs'), command: join(unpacked, bin['vitest-verdict']) }
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
  timeout: 900_000,
}, async ({ folder }) => {
  await cp(join(root, 'tests/e2e/projects/installed'), folder, { recursive: true })
  const { vitest, command } = await install(folder)

  const first = await runNode([vitest, 'bench', '--run'], folder)
  expect(first.output).toContain('No baseline yet')
  expect(first.exitCode).toBe(0)
  expect(await readdir(join(folder, 'bench-results'))).toEqual(['stored.json'])

  const accepted = await runNode([command, 'baseline', 'accept'], folder)
  expect(accepted.output).toMatch(/Accepted 3 benchmarks of run .* into baseline\/[\w-]+\.json/)

  const second = await runNode([command, 'bench', '--sessions', '1', '--fail-on', 'critical'], folder)
  expect(second.output).toMatch(/(unchanged|inconclusive|improved|regressed).* against /)
  const run = await readRun(await latestRun(join(folder, 'benchmark_results')))
  expect(run.options.sessions).toBe(1)
  expect(run.benchmarks.map(({ key }) => key)).toEqual([
    'existing.bench.ts > joining words > stored',
    'existing.bench.ts > joining words > join',
    'existing.bench.ts > joining words > many times the work',
  ])

  const [config, bench, gate] = await readmeBlocks()
  await writeFile(join(folder, 'vitest.config.ts'), config!)
  await writeFile(join(folder, 'readme.bench.ts'), bench!)
  await writeFile(join(folder, 'gate.ts'), gate!)
  const measured = await runNode([command, 'bench', 'readme', '--quick', '--sessions', '1'], folder)
  expect(measured.output).toContain('readme.bench.ts > parsing > JSON.parse')
  await runNode([command, 'baseline', 'accept', '--baseline', 'baseline/main.json'], folder)
  const gated = await runNode(['gate.ts'], folder)
  expect(gated.output.trim()).toMatch(/^readme\.bench\.ts > parsing > JSON\.parse (unchanged|inconclusive)$/)
  expect(gated.exitCode).toBe(0)

  // The packaged suite, called in an empty folder, on somebody else's gateway.
  const empty = join(folder, 'empty')
  await mkdir(empty)
  await using gateway = await startSimulator()
  const headers = { authorization: 'Bearer a-key-nobody-may-read' }
  const target = JSON.stringify({ url: `${gateway.url}/v1`, headers })
  const onTarget = ['--sessions', '1', '--time', '10', 'concurrent', '-t', '^1 at once', '--suite', '--target', target]
  const suite = await runNode([command, 'bench', ...onTarget], empty)
  expect(suite.output).toMatch(/concurrent_1 .*Targets: 4 met, 0 missed/s)
  expect(suite.exitCode).toBe(0)
  expect(await readdir(empty)).toEqual(['benchmark_results'])
  const names = (await readdir(join(empty, 'benchmark_results'), { recursive: true })).filter((name) =>
    /\.\w+$/.test(name),
  )
  const written = await Promise.all(names.map((name) => readFile(join(empty, 'benchmark_results', name), 'utf8')))
  expect(written.length).toBeGreaterThan(4)
  expect(written.filter((text) => text.includes('a-key-nobody-may-read'))).toEqual([])
  expect((await readRun(await latestRun(join(empty, 'benchmark_results')))).options.target).toEqual({
    api: 'openai',
    url: `${gateway.url}/v1`,
    model: null,
  })

  await writeFile(join(folder, 'typed.ts'), typedBench)
  const types = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
    encoding: 'utf8',
  })
  expect(types.stdout).toBe('')
})
