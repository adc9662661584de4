import { describe, expect } from 'vitest'
import {
  CallFailedError,
  createModelRegistry,
  InvalidModelError,
  InvalidRequestError,
  type Model,
  NoModelError,
  type OrchestratorOptions,
  UnknownModelError,
} from '../../fixtures/orchestrator/index.ts'
import { collect } from './collect.ts'
import { test } from './strict-world.ts'

const messages = [{ role: 'user' as const, content: 'Hello' }]
const ask = { modelId: 'gpt-4o', messages, maxOutputTokens: 6 }

describe('invalid input', () => {
  test.for([
    [{ ...ask, messages: [] }, 'messages'],
    [{ ...ask, messages: [{ role: 'robot', content: 'x' }] }, 'messages.0.role'],
    [{ ...ask, messages: [{ role: 'user', content: 7 }] }, 'messages.0.content'],
    [{ ...ask, maxOutputTokens: 0 }, 'maxOutputTokens'],
    [{ ...ask, maxOutputTokens: 1.5 }, 'maxOutputTokens'],
    [{ ...ask, temperature: 3 }, 'temperature'],
    [{ ...ask, modelId: '' }, 'modelId'],
    [{ ...ask, retries: -1 }, 'retries'],
    [{ ...ask, deadlineMs: 0 }, 'deadlineMs'],
    [{ ...ask, temprature: 1 }, 'temprature'],
    [null, 'request'],
  ] as const)(
    'a request is refused before anything is sent: %j',
    async ([request, field], { orchestrator, simulator, apiKey }) => {
      const failure = await orchestrator.callModel(request as never).catch((error) => error)
      expect(failure).toBeInstanceOf(InvalidRequestError)
      expect(failure.message).toContain(field)
      expect(await simulator.requests(apiKey)).toEqual([])
    },
  )

  test('every wrong field is named at once', async ({ orchestrator }) => {
    const failure = await orchestrator
      .callModel({ ...ask, temperature: 9, topP: 9, retries: 99 })
      .catch((error) => error)
    expect(failure.issues).toHaveLength(3)
  })

  test('an unknown model is named together with its likely neighbours, as a fallback too', async ({ orchestrator }) => {
    const unknown = orchestrator.callModel({ ...ask, modelId: 'gpt-4x' })
    await expect(unknown).rejects.toThrow(UnknownModelError)
    await expect(unknown).rejects.toThrow(/Unknown model "gpt-4x": .*gpt-4o/)
    await expect(orchestrator.callModel({ ...ask, fallbacks: ['nobody'] })).rejects.toThrow('Unknown model "nobody"')
  })

  test('a stream of an invalid request fails before its first event', async ({ orchestrator }) => {
    await expect(collect(orchestrator.streamModel({ ...ask, messages: [] }))).rejects.toThrow(InvalidRequestError)
  })

  test('a model that contradicts itself does not enter the registry', () => {
    const registry = createModelRegistry()
    const model = registry.require('codellama:34b')
    expect(() => registry.set({ ...model, contextWindow: -1 })).toThrow(InvalidModelError)
    expect(() => registry.set({ ...model, architecture: null })).toThrow('needs its architecture')
    expect(() => registry.set({ id: 'half' } as Model)).toThrow('Model "half" is not valid')
    expect(registry.version).toBe(1)
  })

  test('wishes that no model meets are an error that counts what ruled them out', async ({ orchestrator }) => {
    const impossible = { taskType: 'reasoning', complexity: 'high', inputTokens: 100_000_000 } as const
    expect(() => orchestrator.selectModel(impossible)).toThrow(NoModelError)
    expect(() => orchestrator.selectModel(impossible)).toThrow(/ruled out .*context window/)
  })
})

describe('network errors', () => {
  describe('with nothing listening', () => {
    test.override(
      'orchestratorOptions',
      ({ simulator, apiKey }): OrchestratorOptions => ({
        endpoints: {
          openai: { id: 'closed', baseUrl: simulator.refusedUrl, apiKey },
          anthropic: { id: 'open', baseUrl: simulator.url, apiKey },
        },
      }),
    )

    test('a refused connection is tried again, then told with its cause', async ({ orchestrator }) => {
      const failure = await orchestrator.callModel(ask).catch((error) => error)
      expect(failure).toBeInstanceOf(CallFailedError)
      expect(failure.attempts.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
        'network',
        'network',
        'network',
      ])
      expect(failure.message).toMatch(/^Call to "gpt-4o" failed after 3 attempts on 1 model: closed: /)
    })

    test('another provider takes over from one that cannot be reached', async ({ orchestrator }) => {
      const result = await orchestrator.callModel({ ...ask, fallbacks: ['claude-haiku-4-5'] })
      expect(result).toMatchObject({ endpoint: 'open', fallbackReason: 'network' })
    })
  })

  test.for(['reset', 'refused'] as const)(
    'a connection that was %s is tried again',
    async (kind, { orchestrator, mockApiResponses }) => {
      await mockApiResponses[kind]()
      expect((await orchestrator.callModel(ask)).attempts.map(({ outcome }) => outcome)).toEqual(['network', 'ok'])
    },
  )

  test('an answer cut off in the middle is no answer', async ({ orchestrator, mockApiResponses }) => {
    await mockApiResponses.cut(2)
    const result = await orchestrator.callModel(ask)
    expect(result.attempts).toHaveLength(2)
    expect(result.attempts[0]!.outcome).not.toBe('ok')
    expect(result.content.split(' ')).toHaveLength(6)
  })

  test('a stream told to be broken by its provider ends as incomplete', async ({ orchestrator, mockApiResponses }) => {
    await mockApiResponses.configure({ script: [{ kind: 'stream-error', afterTokens: 2 }] })
    const events = await collect(orchestrator.streamModel(ask))
    expect(events.map(({ type }) => type)).toEqual(['text', 'text', 'incomplete'])
  })
})

describe('isolation', () => {
  test('one failure among concurrent calls stays alone', async ({ orchestrator, mockApiResponses }) => {
    await mockApiResponses.invalidRequest({ modelId: 'gpt-4o-mini' })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        orchestrator.callModel({
          ...ask,
          modelId: index === 7 ? 'gpt-4o-mini' : 'gpt-4o',
          messages: [{ role: 'user', content: `Question ${index}` }],
        }),
      ),
    )
    expect(outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([7])
  })

  test('a failure shared by callers of the same question does not stay for the next caller', async ({
    orchestrator,
    mockApiResponses,
  }) => {
    await mockApiResponses.invalidRequest()
    const together = await Promise.allSettled([orchestrator.callModel(ask), orchestrator.callModel(ask)])
    expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect((await orchestrator.callModel(ask)).cached).toBe(false)
  })

  test('a caller who gives up does not take the others who ask the same with him', async ({
    orchestrator,
    mockApiResponses,
    simulator,
    apiKey,
  }) => {
    await mockApiResponses.slow(200)
    const leaving = new AbortController()
    const impatient = orchestrator.callModel({ ...ask, signal: leaving.signal })
    const patient = orchestrator.callModel(ask)
    await expect.poll(async () => (await simulator.requests(apiKey)).length, { interval: 2 }).toBe(1)
    leaving.abort(new Error('never mind'))
    await expect(impatient).rejects.toThrow('never mind')
    expect((await patient).content).not.toBe('')
    expect(await simulator.requests(apiKey)).toHaveLength(1)
  })

  test('failures of one provider do not slow the others down', async ({ orchestrator, mockApiResponses }) => {
    await mockApiResponses.configure({ failures: [{ provider: 'openai', rate: 1, fail: '500' }] })
    for (let call = 0; call < 6; call++)
      await orchestrator.callModel({ ...ask, retries: 0, cache: false }).catch(() => {})
    const [broken, fine] = await Promise.allSettled([
      orchestrator.callModel({ ...ask, retries: 0 }),
      orchestrator.callModel({ ...ask, modelId: 'claude-haiku-4-5' }),
    ])
    expect(broken).toMatchObject({ status: 'rejected', reason: { kind: 'cooling_down' } })
    expect(fine).toMatchObject({ status: 'fulfilled', value: { fallbackReason: null } })
  })

  test('a provider that recovers is used again', async ({ orchestrator, mockApiResponses }) => {
    const recovered: string[] = []
    orchestrator.events.on('recovered', ({ endpoint }) => recovered.push(endpoint))
    await mockApiResponses.configure({ script: [{ model: 'gpt-4o', fail: '401' }] })
    await expect(orchestrator.callModel({ ...ask, retries: 0 })).rejects.toMatchObject({ kind: 'authentication' })
    await expect.poll(() => orchestrator.router.cooldownMs(orchestrator.registry.require('gpt-4o'))).toBe(0)
    expect((await orchestrator.callModel(ask)).model).toBe('gpt-4o')
    expect(recovered).toEqual(['openai'])
  })
})

test('giving up reaches the provider, and the error is the reason given', async ({
  orchestrator,
  mockApiResponses,
  simulator,
  apiKey,
}) => {
  await mockApiResponses.timeout()
  const leaving = new AbortController()
  const call = orchestrator.callModel({ ...ask, signal: leaving.signal })
  await expect.poll(async () => (await simulator.requests(apiKey)).length).toBe(1)
  const reason = new Error('changed my mind')
  leaving.abort(reason)
  await expect(call).rejects.toBe(reason)
  await expect.poll(async () => (await simulator.requests(apiKey))[0]!.outcome).toBe('cancelled')
})

test('a reader who leaves a stream ends it at the provider', async ({
  orchestrator,
  mockApiResponses,
  simulator,
  apiKey,
}) => {
  await mockApiResponses.configure({
    providers: { openai: { defaults: { decodeMsPerToken: 5, outputTokens: 2_000 } } },
  })
  for await (const event of orchestrator.streamModel({ modelId: 'gpt-4o', messages })) if (event.type === 'text') break
  await expect.poll(async () => (await simulator.requests(apiKey))[0]!.outcome).toBe('cancelled')
})
