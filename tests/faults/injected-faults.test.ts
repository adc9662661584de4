import { cp, readFile, realpath, symlink, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { expect, type TestContext } from 'vitest'
import type { Fault } from '../../fixtures/system/injected-fault.ts'
import { initRepository, root, runAgainst } from '../support/run-against.ts'
import { runNode } from '../support/run-vitest.ts'
import { testInFolder as test } from '../support/temporary-folder.ts'

/**
 * Who has to notice a fault, with Vitest's filters for the cheapest benchmark of the category, and how the report names what was
 * found. Of several figures that a fault moves, the one is asked for here that it moves by far more than a busy machine could.
 */
const noticedBy: Record<Exclude<Fault, 'selector-slow'>, { filters: string[]; named: RegExp }> = {
  'cache-never-hits': {
    filters: ['bench/cache', '-t', '^Warm cache'],
    named: /CRITICAL: cache_warm - Hit Rate\n +Baseline: 100\.00%\n +Current: 0\.00%\n/,
  },
  'leak-per-load': {
    filters: ['bench/memory-allocation', '-t', '^7B model'],
    named: /7B model[\s\S]*bytes that each of \d+ loads left behind: expected 100\d{4}/,
  },
  'event-loop-blocked': {
    filters: ['bench/resource-utilization'],
    named: /CRITICAL: resource_utilization_sustained - Longest Stall of a Second\n/,
  },
  'failed-requests': {
    filters: ['bench/scalability-stress', '-t', '^50 requests'],
    named: /HIGH: scalability_stress_50 - Success Rate\n +Baseline: 100\.00%\n +Current: 9[45]\.\d\d%\n/,
  },
  'limiter-stuck': {
    filters: ['bench/concurrent', '-t', '^Reasoning, 20 at once'],
    named: /CRITICAL: concurrent_20_reasoning - (Median|Average) Duration\n/,
  },
}

/** A limit on hanging, ms: a third of a test's. */
const longest = 300_000

/** Left open is an honest answer on a machine that others keep busy. On a calm one, and for any other answer, the test goes on. */
function skipIfTooBusy(output: string, skip: TestContext['skip']): void {
  const load = loadavg()[0]!
  const busy = /other processes kept .* busy/.test(output) || load > 2 * availableParallelism()
  if (busy && /\? inconclusive/.test(output)) skip(`the verdict was left open at a load average of ${load.toFixed(1)}`)
}

for (const [fault, { filters, named }] of Object.entries(noticedBy)) {
  test(`the suite ends with 1 and names what the fault ${fault} did to it`, async ({ folder, skip }) => {
    const env = {
      VITEST_VERDICT_PROFILE: 'quick',
      VITEST_VERDICT_FAIL_ON: 'low',
      // The faults are in the environment, which the baseline's commit would share.
      VITEST_VERDICT_CONFIRM: 'false',
      VITEST_VERDICT_OUTPUT_DIR: folder,
      VITEST_VERDICT_BASELINE: join(folder, 'baseline.json'),
    }
    const bench = (MODEL_ORCHESTRATOR_FAULT: string) =>
      runNode(
        [join(root, 'node_modules/vitest/vitest.mjs'), 'bench', '--run', ...filters],
        root,
        {
          ...env,
          MODEL_ORCHESTRATOR_FAULT,
        },
        longest,
      )
    const sound = await bench('')
    expect(sound.exitCode, sound.output).toBe(0)
    const accepted = await runNode([join(root, 'plugin/cli/main.ts'), 'baseline', 'accept'], root, env)
    expect(accepted.output).toContain('Accepted 1 benchmark ')

    const ill = await bench(fault)
    if (!named.test(ill.output)) skipIfTooBusy(ill.output, skip)
    expect(ill.output).toMatch(named)
    expect(ill.exitCode).toBe(1)
  })
}

/**
 * 30 % of some microseconds are less than the difference between two processes of the same code on a busy machine: so the two
 * versions are measured in turns.
 */
test('the selection is found slower than its sound version by a third, measured against it', async ({
  folder,
  skip,
}) => {
  const repository = join(await realpath(folder), 'repository')
  const parts = ['bench', 'fixtures', 'plugin', 'reporters', 'tests/support', 'package.json', 'vitest.config.ts']
  for (const part of parts) {
    await cp(join(root, part), join(repository, part), { recursive: true })
  }
  await writeFile(join(repository, '.gitignore'), 'node_modules\n')
  initRepository(repository)
  await symlink(join(root, 'node_modules'), join(repository, 'node_modules'))
  const file = join(repository, 'fixtures/system/injected-fault.ts')
  const sound = await readFile(file, 'utf8')
  const ill = sound.replace('= process.env)', "= { MODEL_ORCHESTRATOR_FAULT: 'selector-slow' })")
  expect(ill).not.toBe(sound)
  await writeFile(file, ill)

  const { exitCode, out, said } = await runAgainst(['main', 'bench/model-selection', '-t', '^Quick question'], {
    cwd: repository,
    cache: join(folder, 'cache'),
    longest,
  })
  skipIfTooBusy(out, skip)
  expect(out, said).toMatch(/model_selection_quick_qa_low.*regressed/)
  expect(exitCode).toBe(1)
})
