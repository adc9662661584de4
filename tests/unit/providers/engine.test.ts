import { describe, expect, test } from 'vitest'
import { createOrchestrator } from '../../../fixtures/orchestrator/index.ts'
import { loadLlama } from '../../../fixtures/providers/engine/engine.ts'
import { tinyGguf } from '../../../fixtures/providers/engine/tiny-gguf.ts'
import { createSimulatorFetch } from '../../../fixtures/providers/fetch-carrier.ts'
import { createSimulatedProviders } from '../../../fixtures/providers/simulated-providers.ts'

const engine = await loadLlama().catch((error: Error) => error)
const missing = engine instanceof Error ? engine.message : null

const chat = (content: string, stream = false) => ({
  method: 'POST',
  body: JSON.stringify({
    model: 'tiny:3m',
    messages: [{ role: 'user', content }],
    stream,
    options: { num_predict: 16 },
  }),
})

function start() {
  const models = { 'tiny:3m': { engine: 'tiny', sizeMb: 13 } }
  const simulator = createSimulatedProviders({ seed: 1, scenario: { providers: { ollama: { models } } } })
  const fetch = createSimulatorFetch(simulator)
  const ask = (content: string, stream?: boolean) => fetch('http://ollama/api/chat', chat(content, stream))
  return { simulator, fetch, ask }
}

test('tinyGguf() writes the same file for the same seed, and says in its header what follows', () => {
  const file = tinyGguf(1)
  expect(file.equals(tinyGguf(1))).toBe(true)
  expect(file.equals(tinyGguf(2))).toBe(false)
  expect(file.toString('latin1', 0, 4)).toBe('GGUF')
  expect(file.readUInt32LE(4)).toBe(3)
  expect(file.readBigUInt64LE(8)).toBe(39n)
  expect(file.length).toBeGreaterThan(12e6)
  expect(file.length % 32).toBe(0)
})

test.skipIf(missing === null)(
  'a scenario with an engine that is not installed answers with what to install',
  async () => {
    const { simulator, ask } = start()
    for (let time = 0; time < 2; time++) {
      const response = await ask('hello')
      expect(response.status).toBe(500)
      expect(await response.json()).toEqual({ error: expect.stringContaining('npm install node-llama-cpp') })
    }
    simulator.close()
  },
)

describe(`a real engine behind the simulator${missing ? ' (skipped: node-llama-cpp is not installed)' : ''}`, () => {
  test.skipIf(missing !== null)('answers with what the engine wrote, and with its own times', async () => {
    const { simulator, ask } = start()
    const cold = (await (await ask('Count the words of this sentence.')).json()) as Record<string, number>
    expect(cold).toMatchObject({ done: true, done_reason: 'length', eval_count: 16 })
    expect(cold.load_duration).toBeGreaterThan(0)
    expect(cold.prompt_eval_duration).toBeGreaterThan(0)
    expect(cold.eval_duration).toBeGreaterThan(0)
    expect(cold.total_duration).toBeGreaterThan(cold.load_duration! + cold.eval_duration!)
    // Loaded once.
    const warm = (await (await ask('Count the words of this sentence.')).json()) as Record<string, number>
    expect(warm.load_duration ?? 0).toBeLessThan(cold.load_duration!)
    // Of what its cache holds, the engine reads only the last token again.
    expect(cold.prompt_eval_count).toBeGreaterThan(30)
    expect(warm.prompt_eval_count).toBe(1)
    simulator.close()
  })

  test.skipIf(missing !== null)(
    'streams each token as it is written, and repeats itself for the same seed',
    async () => {
      const texts: string[] = []
      for (let time = 0; time < 2; time++) {
        const { simulator, ask } = start()
        const lines = (await (await ask('Tell me more.', true)).text()).trim().split('\n')
        const events = lines.map((line) => JSON.parse(line) as { message: { content: string }; done: boolean })
        expect(events.map(({ done }) => done)).toEqual([...Array.from({ length: 16 }, () => false), true])
        texts.push(events.map(({ message }) => message.content).join(''))
        simulator.close()
      }
      expect(texts[0]).toBe(texts[1])
    },
  )

  test.skipIf(missing !== null)('serves the orchestrator, which may stop reading early', async () => {
    const { simulator, fetch } = start()
    const orchestrator = createOrchestrator({ fetch, endpoints: { ollama: { id: 'local', baseUrl: 'http://ollama' } } })
    orchestrator.registry.set({
      ...orchestrator.registry.require('codellama:34b'),
      id: 'tiny:3m',
      upstreamId: 'tiny:3m',
    })
    const messages = [{ role: 'user' as const, content: 'Say something.' }]
    for await (const event of orchestrator.streamModel({ modelId: 'tiny:3m', messages })) {
      if (event.type === 'text') break
    }
    const result = await orchestrator.callModel({
      modelId: 'tiny:3m',
      messages,
      maxOutputTokens: 5,
      stop: ['never said'],
    })
    expect(result).toMatchObject({ finishReason: 'length', usage: { outputTokens: 5 }, usageEstimated: false })
    await orchestrator.close()
    simulator.close()
  })
})
