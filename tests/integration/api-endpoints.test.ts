import { describe, expect, vi } from 'vitest'
import { createOpenAiClient, type OrchestratorOptions, ProviderError } from '../../fixtures/orchestrator/index.ts'
import { test } from './strict-world.ts'

const messages = [{ role: 'user' as const, content: 'Name a colour' }]
const ask = { modelId: 'gpt-4o', messages, maxOutputTokens: 8 }
const models = { openai: 'gpt-4o', anthropic: 'claude-sonnet-4-5', ollama: 'codellama:34b' } as const

describe('rate limits', () => {
  test('a 429 is tried again once the time that the provider names has passed', async ({
    orchestrator,
    mockApiResponses,
  }) => {
    const delays: number[] = []
    orchestrator.events.on('retry', ({ delayMs }) => delays.push(delayMs))
    await mockApiResponses.rateLimit({ retryAfterMs: 30 })
    const result = await orchestrator.callModel(ask)
    expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['rate_limit', 'ok'])
    expect(delays[0]).toBeGreaterThanOrEqual(29)
  })

  test('a limit that the provider enforces sends the next call to another model', async ({
    orchestrator,
    mockApiResponses,
  }) => {
    await mockApiResponses.configure({ providers: { openai: { rateLimit: { requests: 2, windowMs: 3_600_000 } } } })
    const call = (content: string) =>
      orchestrator.callModel({ ...ask, messages: [{ role: 'user', content }], fallbacks: ['claude-sonnet-4-5'] })
    const answered = [await call('one'), await call('two'), await call('three'), await call('four')]
    expect(answered.map(({ provider }) => provider)).toEqual(['openai', 'openai', 'anthropic', 'anthropic'])
    expect(answered.map(({ fallbackReason }) => fallbackReason)).toEqual([null, null, 'rate_limit', 'cooling_down'])
  })

  test('a wait longer than worth it fails at once instead', async ({
    orchestrator,
    mockApiResponses,
    simulator,
    apiKey,
  }) => {
    await mockApiResponses.rateLimit({ retryAfterMs: 600_000 })
    await expect(orchestrator.callModel(ask)).rejects.toMatchObject({
      kind: 'rate_limit',
      cause: { retryAfterMs: 600_000 },
    })
    expect(await simulator.requests(apiKey)).toHaveLength(1)
  })

  test.for(['openai', 'anthropic'] as const)(
    'an exhausted quota of %s is never tried again',
    async (provider, { orchestrator, mockApiResponses, simulator, apiKey }) => {
      await mockApiResponses.quotaExhausted()
      const call = orchestrator.callModel({ ...ask, modelId: models[provider], retries: 5 })
      await expect(call).rejects.toMatchObject({ kind: 'quota_exhausted' })
      expect(await simulator.requests(apiKey)).toHaveLength(1)
    },
  )

  describe('of our own', () => {
    test.override('orchestratorOptions', ({ simulator, apiKey }): OrchestratorOptions => {
      const endpoint = { id: 'limited', baseUrl: simulator.url, apiKey, requestsPerMinute: 3 }
      return { endpoints: { openai: endpoint }, deadlines: { totalMs: 2_500 }, cache: false }
    })

    test('keep calls back that the provider would refuse', async ({ orchestrator, simulator, apiKey }) => {
      const calls = Array.from({ length: 5 }, () => orchestrator.callModel({ ...ask, retries: 0 }))
      const outcomes = await Promise.allSettled(calls)
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual([
        'fulfilled',
        'fulfilled',
        'fulfilled',
        'rejected',
        'rejected',
      ])
      expect(await simulator.requests(apiKey)).toHaveLength(3)
    })
  })
})

describe('timeouts', () => {
  describe('with short deadlines', () => {
    test.override(
      'orchestratorOptions',
      (): OrchestratorOptions => ({ deadlines: { totalMs: 1_000, firstTokenMs: 500 } }),
    )

    test('a silent provider is given up and another one asked', async ({
      orchestrator,
      mockApiResponses,
      simulator,
      apiKey,
    }) => {
      await mockApiResponses.timeout({ modelId: 'gpt-4o' })
      const result = await orchestrator.callModel({ ...ask, retries: 0, fallbacks: ['claude-haiku-4-5'] })
      expect(result).toMatchObject({ model: 'claude-haiku-4-5', fallbackReason: 'timeout' })
      await expect.poll(async () => (await simulator.requests(apiKey))[0]!.outcome).toBe('cancelled')
    })

    test('the error says which deadline passed and where', async ({ orchestrator, mockApiResponses }) => {
      await mockApiResponses.timeout()
      const failure = await orchestrator.callModel({ ...ask, retries: 0 }).catch((error) => error)
      expect(failure).toMatchObject({ kind: 'timeout', cause: { endpoint: 'openai' } })
      expect(failure.message).toContain('no complete answer within 1000 ms')
    })

    test('a stream whose first token is late counts as a timeout', async ({ orchestrator, mockApiResponses }) => {
      await mockApiResponses.slow(5_000)
      const stream = orchestrator.streamModel({ ...ask, retries: 0 })
      await expect(stream.next()).rejects.toMatchObject({
        kind: 'timeout',
        message: expect.stringContaining('no first token within 500 ms'),
      })
    })
  })

  test('a call as a whole ends at its own deadline, retries included', async ({ orchestrator, mockApiResponses }) => {
    await mockApiResponses.timeout({ times: 5 })
    const failure = await orchestrator.callModel({ ...ask, deadlineMs: 60, retries: 5 }).catch((error) => error)
    expect(failure).toMatchObject({ kind: 'timeout' })
    expect(failure.attempts.length).toBeLessThan(5)
  })
})

describe('response validation', () => {
  test.for(Object.entries(models))(
    'a body of %s that is no JSON is a typed error',
    async ([, modelId], { orchestrator, mockApiResponses }) => {
      await mockApiResponses.malformed()
      const call = orchestrator.callModel({ ...ask, modelId, retries: 0 })
      await expect(call).rejects.toMatchObject({ kind: 'malformed_response' })
    },
  )

  test('a malformed answer is tried again', async ({ orchestrator, mockApiResponses }) => {
    await mockApiResponses.malformed()
    const result = await orchestrator.callModel(ask)
    expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['malformed_response', 'ok'])
  })

  test.for([{}, { choices: [] }, { choices: [{ message: { content: 7 } }] }, { error: 'no' }, [], 'text'])(
    'JSON that is no answer is never taken for one: %j',
    async (body) => {
      const fetch = async () => Response.json(body)
      const client = createOpenAiClient({ id: 'odd', baseUrl: 'http://127.0.0.1:9' }, fetch)
      const answer = client.chat({ upstreamId: 'm', messages }, { signal: new AbortController().signal })
      await expect(answer).rejects.toSatisfy(
        (error) => error instanceof ProviderError && error.kind === 'malformed_response',
      )
    },
  )

  test('the page of a gateway in front of the provider is a server error, not a parsing one', async ({
    orchestrator,
    mockApiResponses,
  }) => {
    await mockApiResponses.configure({ script: ['502'] })
    const failure = await orchestrator.callModel({ ...ask, retries: 0 }).catch((error) => error)
    expect(failure).toMatchObject({ kind: 'server', cause: { status: 502 } })
  })

  test.for(Object.entries(models))(
    'the answer of %s reads the same, whatever its wire format',
    async ([provider, modelId], { orchestrator, mockApiResponses }) => {
      await mockApiResponses.success('Blue, of course')
      const result = await orchestrator.callModel({ ...ask, modelId })
      expect(result).toMatchObject({
        provider,
        content: 'Blue, of course',
        finishReason: 'stop',
        usage: { outputTokens: 3 },
      })
      expect(result.usage.inputTokens).toBeGreaterThan(0)
      expect(result.usageEstimated).toBe(false)
    },
  )

  test.for(Object.entries(models))(
    'a tool call of %s arrives as an object',
    async ([, modelId], { orchestrator, mockApiResponses }) => {
      await mockApiResponses.toolCall('paint', { colour: 'blue', coats: 2 })
      const tools = [{ name: 'paint', description: 'Paints', parameters: { type: 'object' } }]
      const result = await orchestrator.callModel({ ...ask, modelId, tools })
      expect(result.finishReason).toBe('tool_calls')
      expect(result.toolCalls).toEqual([
        { id: expect.any(String), name: 'paint', arguments: { colour: 'blue', coats: 2 } },
      ])
    },
  )
})

describe('concurrent calls', () => {
  test('fifty callers each get the answer to their own question', async ({ orchestrator, mockApiResponses }) => {
    const numbers = Array.from({ length: 50 }, (_, index) => index + 100)
    await mockApiResponses.configure({
      replies: numbers.map((number) => ({ includes: `<${number}>`, content: `answer ${number}` })),
    })
    const results = await Promise.all(
      numbers.map((number) => orchestrator.callModel({ ...ask, messages: [{ role: 'user', content: `<${number}>` }] })),
    )
    expect(results.map(({ content }) => content)).toEqual(numbers.map((number) => `answer ${number}`))
  })

  describe('behind a bulkhead', () => {
    test.override(
      'orchestratorOptions',
      (): OrchestratorOptions => ({ bulkhead: { concurrency: 3, queue: 20 }, cache: false }),
    )

    test('a provider never sees more at a time than it may', async ({
      orchestrator,
      simulator,
      apiKey,
      mockApiResponses,
    }) => {
      await mockApiResponses.slow(20, { times: 12 })
      await Promise.all(Array.from({ length: 12 }, () => orchestrator.callModel(ask)))
      const records = await simulator.requests(apiKey)
      const underWay = records.map(
        ({ at }) => records.filter((other) => other.at <= at && other.at + other.totalMs > at).length,
      )
      expect(Math.max(...underWay)).toBe(3)
    })

    test('callers beyond the queue are turned away at once', async ({ orchestrator, mockApiResponses }) => {
      await mockApiResponses.slow(20, { times: 23 })
      const outcomes = await Promise.allSettled(
        Array.from({ length: 24 }, () => orchestrator.callModel({ ...ask, retries: 0 })),
      )
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
      expect(refused).toHaveLength(1)
      expect(refused[0]!.reason).toMatchObject({
        kind: 'overloaded',
        message: expect.stringContaining('3 calls are under way and 20 wait'),
      })
    })
  })
})

test('a client whose function is replaced answers in place of its provider', async ({
  apiClients,
  orchestrator,
  simulator,
  apiKey,
}) => {
  const real = await apiClients.openai.chatCompletion({ upstreamId: 'gpt-4o', messages })
  vi.spyOn(apiClients.openai, 'chatCompletion').mockResolvedValue({ ...real, content: 'from the test' })
  expect((await orchestrator.callModel(ask)).content).toBe('from the test')
  expect(await simulator.requests(apiKey)).toHaveLength(1)
})

test('every provider lists its models', async ({ apiClients }) => {
  expect(await apiClients.openai.models()).toContain('gpt-4o')
  expect(await apiClients.anthropic.models()).toContain('claude-sonnet-4-5')
  expect(await apiClients.ollama.models()).toContain('codellama:34b')
})
