/**
 * Measures what the orchestrator adds to a call over a bare `fetch` to the same loopback server in the same run, with a
 * bare-against-bare control, and the time of one selection over 1,000 models. Prints one JSON line per figure.
 *
 *   npm run measure:overhead
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createModelRegistry, createOrchestrator, createSelector, openStore } from '../fixtures/orchestrator/index.ts'
import { startSimulator } from '../fixtures/providers/start-simulator.ts'

const rounds = 40
const callsPerRound = 60
const modelId = 'gpt-4o-mini'
const messages = [{ role: 'user' as const, content: 'Say something of fifty tokens.' }]

type Call = () => Promise<unknown>

/** Milliseconds per call of one round with `concurrency` calls at a time. */
async function timeRound(call: Call, concurrency: number): Promise<number> {
  let left = callsPerRound
  const startedAt = performance.now()
  const worker = async () => {
    while (left-- > 0) await call()
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return (performance.now() - startedAt) / callsPerRound
}

/** The members take turns, in an order that rotates, so that what drifts meets all of them alike. */
async function compare(members: Record<string, Call>, concurrency: number): Promise<Record<string, number[]>> {
  const names = Object.keys(members)
  const times: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]))
  for (const name of names) await timeRound(members[name]!, concurrency)
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length]!
      times[name]!.push(await timeRound(members[name]!, concurrency))
    }
  }
  return times
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
}

function print(figure: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(figure)}\n`)
}

async function measureCalls(name: string, scenario: { timeScale?: number }): Promise<void> {
  const simulator = await startSimulator({ seed: 1, scenario })
  const directory = await mkdtemp(join(tmpdir(), 'overhead-'))
  const store = openStore(join(directory, 'store.db'))
  const orchestrator = createOrchestrator({
    endpoints: { openai: { id: 'openai', baseUrl: simulator.url, apiKey: 'overhead' } },
    cache: false,
    store,
  })
  const body = JSON.stringify({ model: modelId, messages, max_completion_tokens: 50 })
  const headers = { 'content-type': 'application/json', authorization: 'Bearer overhead' }
  const bare = async () => {
    const response = await fetch(`${simulator.url}/v1/chat/completions`, { method: 'POST', headers, body })
    return response.json()
  }
  const orchestrated = () => orchestrator.callModel({ modelId, messages, maxOutputTokens: 50 })
  try {
    for (const concurrency of [1, 10]) {
      const times = await compare({ bare, control: bare, orchestrated }, concurrency)
      const [bareMs, controlMs, orchestratedMs] = [times.bare!, times.control!, times.orchestrated!].map(median)
      print({
        figure: 'cost over a bare call',
        provider: name,
        concurrency,
        bareMs,
        controlMs,
        orchestratedMs,
        addedShare: orchestratedMs! / bareMs! - 1,
        controlShare: controlMs! / bareMs! - 1,
        calls: rounds * callsPerRound,
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
  const sorted = times.toSorted((left, right) => left - right)
  print({ figure: 'selection over 1,000 models', medianMicros: median(times), p99Micros: sorted[4_950] })
}

measureSelection()
await measureCalls('50 tokens in about 2 ms', {})
await measureCalls('50 tokens at once', { timeScale: 0 })
