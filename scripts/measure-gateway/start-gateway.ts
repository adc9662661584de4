import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { SimulatorAddress } from '../../fixtures/providers/serve-simulator.ts'

export interface Gateway extends AsyncDisposable {
  /** Module for `--target`. */
  target: string
  /** What the module needs in the environment. */
  env: Record<string, string>
  /** CPU that its process has used so far, µs, and requests answered. */
  usage(): Promise<{ cpuMicros: number; requests: number }>
}

/** Starts the gateway in a process of its own, as a gateway has: its work must not be taken for the client's. */
export async function startGateway({ url, refusedUrl }: SimulatorAddress): Promise<Gateway> {
  // It reports every failure of a provider on its standard error, which are as many as the suite brings about.
  const stdio = ['ignore', 'ignore', 'ignore', 'ipc'] as const
  const child = fork(join(import.meta.dirname, 'serve-gateway.ts'), { execArgv: [], stdio: [...stdio] })
  const started = once(child, 'message') as Promise<[{ url: string }]>
  const [first] = await Promise.race([started, once(child, 'exit')])
  if (typeof first !== 'object') {
    throw new Error('The gateway did not start: run "node scripts/measure-gateway/serve-gateway.ts" to see why')
  }
  const gatewayUrl = first.url
  return {
    target: join(import.meta.dirname, 'gateway-system.ts'),
    env: { MEASURED_GATEWAY: JSON.stringify({ gatewayUrl, simulatorUrl: url, refusedUrl }) },
    usage: async () => {
      child.send('usage')
      const [usage] = (await once(child, 'message')) as [{ cpuMicros: number; requests: number }]
      return usage
    },
    [Symbol.asyncDispose]: () => stop(child),
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}
