import { access } from 'node:fs/promises'
import { describe, expect, vi } from 'vitest'
import { test } from '../../../fixtures/index.ts'
import { ProviderError } from '../../../fixtures/orchestrator/index.ts'

const messages = [{ role: 'user' as const, content: 'Write a function that adds two numbers.' }]

describe('the shared fixtures', () => {
  test('orchestrator answers for codellama:34b over HTTP', async ({ orchestrator, simulator, apiKey }) => {
    const answer = await orchestrator.callModel({ modelId: 'codellama:34b', messages })
    expect(answer.content).not.toBe('')
    expect(answer).toMatchObject({ model: 'codellama:34b', provider: 'ollama', costNanoDollars: 0 })
    expect(simulator.pid).not.toBe(process.pid)
    expect(await simulator.requests(apiKey)).toHaveLength(1)
  })

  test('mockApiResponses scripts what the providers answer', async ({ orchestrator, mockApiResponses }) => {
    await mockApiResponses.success('const add = (a, b) => a + b')
    await mockApiResponses.serverError()
    const answer = await orchestrator.callModel({ modelId: 'gpt-4o', messages })
    expect(answer.content).toBe('const add = (a, b) => a + b')
    expect(answer.attempts.map((attempt) => attempt.outcome)).toEqual(['server', 'ok'])
  })

  test('apiClients may be replaced, and the orchestrator notices', async ({ orchestrator, apiClients }) => {
    const overloaded = new ProviderError({ kind: 'permission', endpoint: 'openai', message: 'not today' })
    const chatCompletion = vi.spyOn(apiClients.openai, 'chatCompletion').mockRejectedValue(overloaded)
    await expect(orchestrator.callModel({ modelId: 'gpt-4o', messages })).rejects.toMatchObject({ kind: 'permission' })
    expect(chatCompletion).toHaveBeenCalledTimes(1)
  })

  test('multiAgentContext has three agents, the first on codellama:34b', ({ multiAgentContext }) => {
    expect(multiAgentContext.agents).toHaveLength(3)
    expect(multiAgentContext.agents[0].modelId).toBe('codellama:34b')
  })

  let left = ''
  test('tempDir is there during the test', async ({ tempDir }) => {
    left = tempDir
    await access(tempDir)
  })

  test('tempDir is gone after the test', async () => {
    await expect(access(left)).rejects.toThrow('ENOENT')
  })

  test.for([
    ['rateLimit', 'rate_limit'],
    ['quotaExhausted', 'quota_exhausted'],
    ['contextOverflow', 'context_overflow'],
    ['unauthorized', 'authentication'],
    ['notFound', 'not_found'],
    ['invalidRequest', 'invalid_request'],
    ['serverError', 'server'],
    ['overloaded', 'overloaded'],
    ['refused', 'network'],
    ['reset', 'network'],
    ['malformed', 'malformed_response'],
  ] as const)(
    'mockApiResponses.%s() makes OpenAI, Anthropic and Ollama fail with %s',
    async ([name, kind], { orchestrator, mockApiResponses }) => {
      const outcomes: Record<string, string> = {}
      for (const modelId of ['gpt-4o', 'claude-sonnet-4-5', 'mistral:7b']) {
        await mockApiResponses.clear()
        await mockApiResponses[name]({ modelId })
        const call = orchestrator.callModel({ modelId, messages, retries: 0 })
        outcomes[modelId] = await call.then(
          () => 'answered',
          (error) => error.kind,
        )
      }
      // Ollama has neither quotas nor machine-readable codes: those failures are told apart by status alone.
      const { 'mistral:7b': ollama, ...cloud } = outcomes
      expect(cloud).toEqual({ 'gpt-4o': kind, 'claude-sonnet-4-5': kind })
      expect(ollama).not.toBe('answered')
    },
  )

  test('mockApiResponses scripts slowness, cuts, tool calls and passes in between', async ({
    orchestrator,
    mockApiResponses,
  }) => {
    await mockApiResponses.ok()
    await mockApiResponses.slow(5)
    await mockApiResponses.cut(3)
    await mockApiResponses.success('all is well', { provider: 'openai', times: 4 })
    const call = { modelId: 'gpt-4o', messages, cache: false }
    expect((await orchestrator.callModel(call)).content).toBe('all is well')
    expect((await orchestrator.callModel(call)).content).toBe('all is well')
    const events = []
    for await (const event of orchestrator.streamModel(call)) events.push(event)
    expect(events.at(-1)!.type).toBe('incomplete')
    await mockApiResponses.clear()
    await mockApiResponses.toolCall('add', { a: 1, b: 2 }, { modelId: 'gpt-4o' })
    const tools = [{ name: 'add', description: 'Adds', parameters: { type: 'object' } }]
    expect((await orchestrator.callModel({ ...call, tools })).toolCalls).toMatchObject([
      { name: 'add', arguments: { a: 1, b: 2 } },
    ])
  })

  test('a provider that never answers runs into the deadline', async ({ orchestrator, mockApiResponses }) => {
    await mockApiResponses.timeout({ times: 5 })
    await expect(orchestrator.callModel({ modelId: 'gpt-4o', messages, deadlineMs: 50 })).rejects.toMatchObject({
      kind: 'timeout',
    })
  })

  test('apiClients list models, stream and embed', async ({ apiClients, orchestrator }) => {
    expect(await apiClients.openai.models()).toContain('gpt-4o')
    const events = []
    const request = { upstreamId: 'gpt-4o', messages }
    for await (const event of apiClients.openai.streamCompletion(request)) events.push(event)
    expect(events.at(-1)!.type).toBe('end')
    expect(await apiClients.openai.embed('text-embedding-3-small', ['x'])).toHaveLength(1)
    expect(await orchestrator.embed('gpt-4o', ['a', 'b'])).toHaveLength(2)
  })
})
