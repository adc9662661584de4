import { expect } from 'vitest'
import { simulatedEndpoints } from '../fixtures/context/api-clients.ts'
import { test } from '../fixtures/index.ts'
import { makeRequest } from '../fixtures/make-request.ts'
import { createModelPool, type ModelPool } from '../fixtures/orchestrator/index.ts'
import { createFaultyOrchestrator, needsReference, type ReferenceSystem } from '../fixtures/system/index.ts'
import { taskClasses } from '../fixtures/workload.ts'
import type { Metric } from '../plugin/run/metric.ts'
import { median } from '../plugin/statistics/median.ts'
import { quantity } from './measures/quantity.ts'

/**
 * A turn of a conversation right after a turn of another one, or after one with another model. A local model keeps the keys
 * and values of its latest prompts (here of four), so that a conversation that comes back need not be read again; what is
 * read, the provider tells.
 */
const category = 'context_switching'
/** Both are read at 0.01 ms a token and answer in 1 ms, as `mistral:7b` in `workload.ts`. */
const models = ['mistral:7b', 'llama-3.1-8b'] as const
const behaviour = { servers: 4, prefillMsPerToken: 0.01, decodeMsPerToken: 1 }
const historyTokens = 1_500
const comparisons = 9
const measuredMs = 300

interface Talk {
  modelId: string
  session: number
}

const cases: { key: string; title: string; talks: [Talk, Talk] }[] = [
  {
    key: 'context_switching_sessions',
    title: 'Between two sessions',
    talks: [
      { modelId: models[0], session: 1 },
      { modelId: models[0], session: 2 },
    ],
  },
  {
    key: 'context_switching_models',
    title: 'Between two models',
    talks: [
      { modelId: models[0], session: 1 },
      { modelId: models[1], session: 1 },
    ],
  },
]

for (const { key, title, talks } of cases) {
  test(title, async ({ bench, system, skip }) => {
    needsReference(system, skip, "the provider's count of tokens that it read")
    await system.simulator.configure(system.apiKey, { providers: { ollama: { defaults: behaviour } } })
    const { turn, pool, close } = connect(system)
    let turns = 0
    const switched = () => turn(talks[turns++ % 2]!)
    try {
      // The first turn of each reads the whole history.
      expect(await switched()).toBeGreaterThan(historyTokens)
      expect(await switched()).toBeGreaterThan(historyTokens)
      expect(await switched(), 'what is read of a history that is known').toBeLessThan(historyTokens / 10)

      await bench(
        key,
        {
          category,
          title,
          time: measuredMs,
          metadata: { models: talks.map(({ modelId }) => modelId).join(', '), history_tokens: historyTokens },
          metrics: async () => ({
            // First, since the comparison makes the provider forget the histories.
            ...(await countReprefill(system, switched, pool)),
            ...(await compareTurns(turn, talks)),
          }),
        },
        switched,
      ).run()
    } finally {
      await close()
    }
  })
}

function connect({ simulator, apiKey }: ReferenceSystem) {
  const pool = createModelPool({ budgetBytes: 64e9 })
  const orchestrator = createFaultyOrchestrator({
    endpoints: simulatedEndpoints(simulator.url, apiKey),
    pool,
    cache: false,
  })
  let turns = 0
  /** Goes on with a conversation; gives the tokens that the provider read for it. */
  const turn = async ({ modelId, session }: Talk): Promise<number> => {
    const { messages } = makeRequest({ ...taskClasses.quick_qa, inputTokens: historyTokens }, session)
    const { usage } = await orchestrator.callModel({
      modelId,
      messages: [
        ...messages,
        { role: 'assistant', content: 'It waits for a free place.' },
        { role: 'user', content: `Question ${turns++}` },
      ],
      maxOutputTokens: 1,
      sessionId: `session-${session}`,
    })
    return usage.inputTokens
  }
  return { turn, pool, close: () => orchestrator.close() }
}

/** A turn after a switch beside one without, and beside one whose history was never read. */
async function compareTurns(
  turn: (talk: Talk) => Promise<number>,
  [here, there]: [Talk, Talk],
): Promise<Record<string, Metric>> {
  const times = { switching: [] as number[], staying: [] as number[], reading: [] as number[] }
  for (let comparison = 0; comparison < comparisons; comparison++) {
    await turn(here)
    times.switching.push(await timed(() => turn(there)))
    times.staying.push(await timed(() => turn(there)))
    times.reading.push(await timed(() => turn({ ...there, session: 1_000 + comparison })))
  }
  const [switching, staying, reading] = [times.switching, times.staying, times.reading].map(median) as [
    number,
    number,
    number,
  ]
  return {
    switch_cost: quantity('Turn after a Switch / without', switching / staying, '1', { least: 0.01 }),
    staying: quantity('Turn without a Switch', staying * 1e6, 'ns'),
    reprefill_saved: quantity('Re-prefill Time avoided', (reading - switching) * 1e6, 'ns', { direction: 'higher' }),
  }
}

/** Share of the prompts that the provider did not have to read again over some turns: as it counts, and as the pool expects. */
async function countReprefill(
  { simulator, apiKey }: ReferenceSystem,
  switched: () => Promise<number>,
  pool: ModelPool,
): Promise<Record<string, Metric>> {
  const before = pool.statistics()
  let read = 0
  for (let turn = 0; turn < comparisons; turn++) read += await switched()
  const records = (await simulator.requests(apiKey)).slice(-comparisons)
  const tokens = records.reduce((sum, { inputTokens }) => sum + inputTokens, 0)
  const { promptCharacters, reusedCharacters } = pool.statistics()
  return {
    reprefill_avoided: share('Re-prefill avoided', tokens - read, tokens, true),
    reprefill_expected: share(
      'Re-prefill avoided, as the Pool expects',
      reusedCharacters - before.reusedCharacters,
      promptCharacters - before.promptCharacters,
      false,
    ),
  }
}

function share(title: string, numerator: number, denominator: number, gate: boolean): Metric {
  return { kind: 'rate', title, direction: 'higher', gate, numerator, denominator, unit: '%' }
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await call()
  return performance.now() - start
}
