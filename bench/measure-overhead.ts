/**
 * Measures what the orchestrator adds to a call over a bare `fetch` to the same loopback server in the same run, and the time
 * of one selection over 1,000 models. Prints one JSON line per figure.
 *
 *   npm run measure:overhead [-- --groups N]
 *
 * Turns come in groups of four, bare-orchestrated-orchestrated-bare and its mirror image by turns, so that what drifts and what a
 * turn leaves behind meets both alike. Each group has its control, in which both parties are the bare call: its ratio must be
 * 1.00. Before each turn the young garbage of the one before is collected (a collection of the whole heap makes V8 throw away optimised
 * code, which a program that runs does not meet every 50 ms); what a turn still has to write it writes within its time. The
 * young generation is that of the suite's processes (`plugin/measure/young-generation.ts`).
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createModelRegistry, createOrchestrator, createSelector, openStore } from '../fixtures/orchestrator/index.ts'
import { startSimulator } from '../fixtures/providers/start-simulator.ts'
import { settleGarbage } from '../plugin/measure/settle-garbage.ts'
import { touchYoungGeneration } from '../plugin/measure/young-generation.ts'
import { median } from '../plugin/statistics/median.ts'
import { medianInterval } from '../plugin/statistics/median-interval.ts'
import { quantile } from '../plugin/statistics/quantile.ts'

const { values: flags } = parseArgs({ options: { groups: { type: 'string', default: '40' } } })
const groups = Number(flags.groups)
const callsPerTurn = 200
const washoutCalls = 100
const warmupCalls = 3_000
const modelId = 'gpt-4o-mini'
const messages = [{ role: 'user' as const, content: 'Say something of fifty tokens.' }]

interface Party {
  call(): Promise<unknown>
  /** Writes what is still buffered. */
  settle(): void
}

/** What one call took: by the clock, and of this process's processors. */
interface Turn {
  ms: number
  cpuMs: number
}

async function callMany({ call }: Party, calls: number, concurrency: number): Promise<void> {
  let left = calls
  const caller = async () => {
    while (left-- > 0) await call()
  }
  await Promise.all(Array.from({ length: concurrency }, caller))
}

async function timeTurn(party: Party, concurrency: number): Promise<Turn> {
  settleGarbage('minor')
  // What the turn before left behind is over by then, and sockets and caches are at work again; untimed.
  await callMany(party, washoutCalls, concurrency)
  party.settle()
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  await callMany(party, callsPerTurn, concurrency)
  party.settle()
  const ms = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpuBefore)
  return { ms: ms / callsPerTurn, cpuMs: (user + system) / 1_000 / callsPerTurn }
}

/** Four turns: the time of `candidate` as a share of that of `base`, and what a call of each took. */
async function timeGroup(base: Party, candidate: Party, mirrored: boolean, concurrency: number) {
  const times = { base: [] as Turn[], candidate: [] as Turn[] }
  for (const role of mirrored
    ? (['candidate', 'base', 'base', 'candidate'] as const)
    : (['base', 'candidate', 'candidate', 'base'] as const)) {
    times[role].push(await timeTurn(role === 'base' ? base : candidate, concurrency))
  }
  const mean = (turns: Turn[], field: keyof Turn) => (turns[0]![field] + turns[1]![field]) / 2
  return {
    ratio: mean(times.candidate, 'ms') / mean(times.base, 'ms'),
    baseMs: mean(times.base, 'ms'),
    candidateMs: mean(times.candidate, 'ms'),
    addedCpuMs: mean(times.candidate, 'cpuMs') - mean(times.base, 'cpuMs'),
  }
}

type Group = Awaited<ReturnType<typeof timeGroup>>

function ratioOf(results: readonly Group[]) {
  const ratios = results.map(({ ratio }) => ratio)
  return { ratio: rounded(median(ratios)), interval: medianInterval(ratios).interval.map(rounded) }
}

function rounded(value: number): number {
  return Number(value.toFixed(4))
}

function print(figure: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(figure)}\n`)
}

async function measureCalls(provider: string, scenario: { timeScale?: number }): Promise<void> {
  const simulator = await startSimulator({ seed: 1, scenario })
  const directory = await mkdtemp(join(tmpdir(), 'overhead-'))
  const store = openStore(join(directory, 'store.db'))
  const orchestrator = createOrchestrator({
    endpoints: { openai: { id: 'openai', baseUrl: simulator.url, apiKey: 'overhead' } },
    cache: false,
    store,
  })
  const headers = { 'content-type': 'application/json', authorization: 'Bearer overhead' }
  const bare: Party = {
    async call() {
      const body = JSON.stringify({ model: modelId, messages, max_completion_tokens: 50 })
      const response = await fetch(`${simulator.url}/v1/chat/completions`, { method: 'POST', headers, body })
      return response.json()
    },
    settle: () => undefined,
  }
  const orchestrated: Party = {
    call: () => orchestrator.callModel({ modelId, messages, maxOutputTokens: 50 }),
    settle: () => store.flush(),
  }
  try {
    for (const concurrency of [1, 10]) {
      for (const party of [bare, orchestrated]) await callMany(party, warmupCalls, concurrency)
      const results: { added: Group[]; control: Group[] } = { added: [], control: [] }
      for (let group = 0; group < groups; group++) {
        // Both ways round after either way round of the other, so that neither party comes after the orchestrator more often.
        results.control.push(await timeGroup(bare, bare, group % 2 === 1, concurrency))
        results.added.push(await timeGroup(bare, orchestrated, group % 4 >= 2, concurrency))
      }
      print({
        figure: 'a call by the orchestrator over a bare call',
        provider,
        concurrency,
        ...ratioOf(results.added),
        control: ratioOf(results.control),
        bareMs: rounded(median(results.added.map(({ baseMs }) => baseMs))),
        orchestratedMs: rounded(median(results.added.map(({ candidateMs }) => candidateMs))),
        addedCpuMs: rounded(median(results.added.map(({ addedCpuMs }) => addedCpuMs))),
        groups,
        callsPerTurn,
      })
    }
  } finally {
    await orchestrator.close()
    await simulator.stop()
    await rm(directory, { recursive: true })
  }
}

function measureSelection(): void {
  const real = createModelRegistry().list()
  const models = Array.from({ length: 1_000 }, (_, index) => ({ ...real[index % real.length]!, id: `model-${index}` }))
  const { select } = createSelector(createModelRegistry(models))
  const request = { taskType: 'code_generation', complexity: 'low' } as const
  for (let warmup = 0; warmup < 5_000; warmup++) select(request)
  const times = Array.from({ length: 5_000 }, () => {
    const startedAt = performance.now()
    select(request)
    return (performance.now() - startedAt) * 1_000
  })
  print({
    figure: 'selection over 1,000 models',
    medianMicros: rounded(median(times)),
    interval: medianInterval(times).interval.map(rounded),
    p99Micros: rounded(quantile(times, 0.99)),
  })
}

touchYoungGeneration()
measureSelection()
await measureCalls('50 tokens in about 2 ms', {})
await measureCalls('50 tokens at once', { timeScale: 0 })
