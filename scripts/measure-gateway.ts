/**
 * The packaged suite on a foreign gateway: `@llmops/gateway` from npm in front of the simulated providers, all on 127.0.0.1.
 * More arguments go to `vitest-verdict bench`.
 *
 *   npm run measure:gateway -- --quick
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { startSimulator } from '../fixtures/providers/start-simulator.ts'
import { providerScenario } from '../fixtures/workload.ts'

const root = join(import.meta.dirname, '..')
await using simulator = await startSimulator({ seed: 1, scenario: providerScenario })
// A process of its own, as a gateway has: its work must not be taken for the client's.
const gateway = fork(join(import.meta.dirname, 'measure-gateway/serve-gateway.ts'), { execArgv: [] })
try {
  const [{ url }] = (await once(gateway, 'message')) as [{ url: string }]
  const target = {
    url: `${url}/v1`,
    headers: {
      authorization: 'Bearer simulated',
      'x-llmops-provider': 'openai',
      'x-llmops-custom-host': `${simulator.url}/v1`,
    },
    // It speaks to one provider at a time, and the local model belongs to another.
    models: { 'mistral:7b': 'gpt-4o-mini' },
  }
  process.exitCode = await bench(['--suite', '--target', JSON.stringify(target), ...process.argv.slice(2)])
} finally {
  await stop(gateway)
}

async function bench(args: readonly string[]): Promise<number> {
  const env = { ...process.env, VITEST_VERDICT_MACHINE_CLASS: 'llmops-gateway' }
  const child = spawn(process.execPath, [join(root, 'plugin/cli/main.ts'), 'bench', ...args], { env, stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}
