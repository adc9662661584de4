/**
 * The packaged suite on a foreign gateway: `@llmops/gateway` from npm in front of the simulated providers, all on 127.0.0.1.
 * More arguments go to `vitest-verdict bench`.
 *
 *   npm run measure:gateway -- --quick
 *
 * With `--compare` a round of what can be measured from outside, on three systems one right after the other (the providers with
 * nothing before them, the reference, the gateway). Rounds add up in `reports/gateway.jsonl`, so that a few minutes at a time will
 * do; four or more allow intervals. Prints the table of all; with `--write` it goes into the documentation.
 *
 *   npm run measure:gateway -- --compare
 *   npm run measure:gateway -- --write
 */
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { startSimulator } from '../fixtures/providers/start-simulator.ts'
import { providerScenario } from '../fixtures/workload.ts'
import { comparisonTable } from './measure-gateway/comparison-table.ts'
import { measureRound, type Round } from './measure-gateway/measure-round.ts'
import { runSuite } from './measure-gateway/run-suite.ts'
import { startGateway } from './measure-gateway/start-gateway.ts'
import { writeTable } from './write-table.ts'

const root = join(import.meta.dirname, '..')
const kept = join(root, 'reports/gateway.jsonl')
const args = process.argv.slice(2)
const [comparing, writing] = [args.includes('--compare'), args.includes('--write')]

if (comparing || !writing) await measure()
if (comparing || writing) {
  const table = comparisonTable(await readRounds())
  console.log(table)
  if (writing) await writeTable(join(root, 'docs/gateway-comparison.md'), 'figures', table)
}

async function measure(): Promise<void> {
  await using simulator = await startSimulator({ seed: 1, scenario: providerScenario })
  await using gateway = await startGateway(simulator)
  if (!comparing) {
    const env = { ...gateway.env, VITEST_VERDICT_MACHINE_CLASS: 'llmops-gateway' }
    process.exitCode = await runSuite(['--target', gateway.target, ...args], env, 'inherit')
    return
  }
  const backwards = (await readRounds()).length % 2 === 1
  const round = await measureRound(simulator.url, gateway, backwards)
  await mkdir(dirname(kept), { recursive: true })
  await appendFile(kept, `${JSON.stringify(round)}\n`)
}

async function readRounds(): Promise<Round[]> {
  const lines = (await readFile(kept, 'utf8').catch(() => '')).split('\n').filter(Boolean)
  return lines.map((line) => JSON.parse(line) as Round)
}
