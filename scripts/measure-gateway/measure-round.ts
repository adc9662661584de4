import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Quantity } from '../../plugin/run/metric.ts'
import type { Run } from '../../plugin/run/run.ts'
import { latestRun } from '../../plugin/store/latest-run.ts'
import { readRun } from '../../plugin/store/read-run.ts'
import { runSuite } from './run-suite.ts'
import type { Gateway } from './start-gateway.ts'

/** What is measured: the providers with nothing before them, the reference orchestrator, the gateway. */
export const lanes = ['straight', 'reference', 'gateway'] as const
export type Lane = (typeof lanes)[number]

/** All three, measured one right after the other. */
export interface Round {
  startedAt: string
  machine: string
  /** By benchmark and metric. */
  figures: Record<Lane, Record<string, Record<string, Quantity>>>
  /** Benchmarks that failed on the gateway, with the first line of why. */
  failures: { key: string; error: string }[]
  /** CPU of the gateway's process per request, µs. */
  gatewayCpuMicros: number
}

/** The files whose benchmarks look at a system from outside. */
const files = ['concurrent', 'scalability-stress', 'api-response', 'resource-utilization', 'provider-failover']

/**
 * Measures the lanes, each in fresh processes of one session.
 * @param backwards the other way round: what drifts on the machine befalls all alike when rounds alternate
 * @throws Error when a run ends in another way than with figures.
 */
export async function measureRound(providerUrl: string, gateway: Gateway, backwards: boolean): Promise<Round> {
  const folder = await mkdtemp(join(tmpdir(), 'measure-gateway-'))
  const targets = {
    straight: ['--target', JSON.stringify(straightTarget(providerUrl))],
    reference: [],
    gateway: ['--target', gateway.target],
  }
  const runs = new Map<Lane, Run>()
  let gatewayCpuMicros = 0
  try {
    for (const lane of backwards ? lanes.toReversed() : lanes) {
      const before = await gateway.usage()
      runs.set(lane, await measure([...files, ...targets[lane]], join(folder, lane), gateway.env))
      const after = await gateway.usage()
      if (lane === 'gateway') {
        gatewayCpuMicros = (after.cpuMicros - before.cpuMicros) / (after.requests - before.requests)
      }
    }
  } finally {
    await rm(folder, { recursive: true })
  }
  const { environment, failures, startedAt } = runs.get('gateway')!
  return {
    startedAt,
    machine: `${environment.cpuModel}, ${environment.cpus} processors, Node ${environment.node}`,
    figures: {
      straight: figuresOf(runs.get('straight')!),
      reference: figuresOf(runs.get('reference')!),
      gateway: figuresOf(runs.get('gateway')!),
    },
    failures: failures.map(({ key, error }) => ({ key: key.split(' > ').at(-1)!, error: error.split('\n')[0]! })),
    gatewayCpuMicros,
  }
}

function figuresOf(run: Run): Record<string, Record<string, Quantity>> {
  const failed = new Set(run.failures.map(({ key }) => key))
  // What a failed benchmark measured is the time to its failure.
  const sound = run.benchmarks.filter(({ file, test }) => !failed.has(`${file} > ${test}`))
  return Object.fromEntries(
    sound.map(({ key, sessions }) => [
      key,
      Object.fromEntries(
        Object.entries(sessions[0]?.status === 'complete' ? sessions[0].metrics : {}).flatMap(([name, metric]) =>
          metric.kind === 'quantity' ? [[name, metric]] : [],
        ),
      ),
    ]),
  )
}

/** The clients of the reference, with no orchestrator around them. */
function straightTarget(providerUrl: string) {
  const headers = { authorization: 'Bearer simulated' }
  return { url: `${providerUrl}/v1`, headers, models: { 'mistral:7b': 'gpt-4o-mini' } }
}

async function measure(args: readonly string[], outputDir: string, more: Record<string, string>): Promise<Run> {
  const env = {
    ...more,
    VITEST_VERDICT_SESSIONS: '1',
    VITEST_VERDICT_OUTPUT_DIR: outputDir,
    VITEST_VERDICT_BASELINE: join(outputDir, 'none.json'),
  }
  const exitCode = await runSuite(args, env, 'ignore')
  // 1: a benchmark failed, which the table tells of.
  if (exitCode > 1) throw new Error(`The suite ended with ${exitCode}: run it alone, without --compare, to see why`)
  return readRun(await latestRun(outputDir))
}
