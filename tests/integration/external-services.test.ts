import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { describe, expect } from 'vitest'
import {
  createModelGuides,
  createOrchestrator,
  GuideError,
  type Orchestrator,
  type OrchestratorOptions,
} from '../../fixtures/orchestrator/index.ts'
import { createMswHandlers } from '../../fixtures/providers/msw-carrier.ts'
import { createSimulatedProviders, type SimulatedProviders } from '../../fixtures/providers/simulated-providers.ts'
import { collect } from './collect.ts'
import { test as base } from './strict-world.ts'

const origins = {
  openai: 'https://api.openai.invalid',
  anthropic: 'https://api.anthropic.invalid',
  deepseek: 'https://api.deepseek.invalid',
  ollama: 'http://ollama.invalid:11434',
} as const
const guidesUrl = 'https://guides.invalid/models'

/** The services at addresses of their own, mocked by msw; the loopback simulator of the other tests stays out of it. */
const test = base
  .override('mockedOrigins', () => [...Object.values(origins), 'https://guides.invalid'])
  .extend('services', (): SimulatedProviders => createSimulatedProviders({ seed: 2 }))
  .extend('mocks', ({ services }, { onCleanup }) => {
    const server = setupServer(...createMswHandlers(services, Object.values(origins)))
    const atHome = (url: string) => url.startsWith('http://127.0.0.1:')
    server.listen({
      onUnhandledFrame: ({ frame, defaults }) => (isRequestTo(frame, atHome) ? undefined : defaults.error()),
    })
    onCleanup(() => {
      services.close()
      server.close()
    })
    return server
  })
  .extend('connect', ({ mocks: _ }, { onCleanup }) => {
    const opened: Orchestrator[] = []
    onCleanup(async () => {
      for (const orchestrator of opened) await orchestrator.close()
    })
    return (options: OrchestratorOptions = {}) => {
      const endpoints = Object.fromEntries(
        Object.entries(origins).map(([id, baseUrl]) => [id, { id, baseUrl, apiKey: 'sk-external' }]),
      )
      const orchestrator = createOrchestrator({ endpoints, retry: { initialMs: 1, maxMs: 5 }, ...options })
      opened.push(orchestrator)
      return orchestrator
    }
  })

function isRequestTo(frame: unknown, wanted: (url: string) => boolean): boolean {
  const { data } = frame as { data?: { request?: Request } }
  return data?.request !== undefined && wanted(data.request.url)
}

const messages = [{ role: 'user' as const, content: 'What is the capital of France?' }]
const ask = { messages, maxOutputTokens: 6 }

describe('Ollama', () => {
  test('a cold model reports its load, a warm one none', async ({ connect }) => {
    const orchestrator = connect({ cache: false })
    const cold = await orchestrator.callModel({ ...ask, modelId: 'codellama:34b' })
    const warm = await orchestrator.callModel({ ...ask, modelId: 'codellama:34b' })
    expect(cold.loadMs).toBeGreaterThan(5)
    expect(warm.loadMs ?? 0).toBeLessThan(1)
    expect(cold.providerMs).toBeGreaterThanOrEqual(cold.loadMs!)
  })

  test('a prompt already in its cache has no count of its own, and is counted all the same', async ({ connect }) => {
    const orchestrator = connect({ cache: false })
    const first = await orchestrator.callModel({ ...ask, modelId: 'codellama:34b' })
    const second = await orchestrator.callModel({ ...ask, modelId: 'codellama:34b' })
    expect(first.usage.inputTokens).toBeGreaterThan(0)
    expect(second.content).toBe(first.content)
    expect(second.usage.outputTokens).toBe(6)
  })

  test('its lines of JSON make the same stream as its whole answer', async ({ connect }) => {
    const orchestrator = connect({ cache: false })
    const whole = await orchestrator.callModel({ ...ask, modelId: 'mistral:7b' })
    const events = await collect(orchestrator.streamModel({ ...ask, modelId: 'mistral:7b' }))
    expect(events.map((event) => (event.type === 'text' ? event.text : '')).join('')).toBe(whole.content)
  })

  test('a full queue is an overload, after which another provider answers', async ({ connect, services }) => {
    services.configure('sk-external', { script: [{ provider: 'ollama', fail: '503', times: 3 }] })
    const result = await connect().callModel({ ...ask, modelId: 'codellama:34b', fallbacks: ['gpt-4o-mini'] })
    expect(result).toMatchObject({ provider: 'openai', fallbackReason: 'overloaded' })
  })

  test('texts are embedded, one vector each', async ({ connect }) => {
    const orchestrator = connect()
    const model = orchestrator.registry.require('mistral:7b')
    orchestrator.registry.set({ ...model, id: 'embedder', upstreamId: 'nomic-embed-text' })
    const [one, two] = await orchestrator.embed('embedder', ['one', 'two'])
    expect([one!.length, two!.length]).toEqual([768, 768])
    expect(one).not.toEqual(two)
  })
})

describe('cloud APIs', () => {
  test('each is spoken to at its own address with its own key', async ({ connect, services }) => {
    const orchestrator = connect()
    for (const modelId of ['gpt-4o', 'claude-haiku-4-5', 'deepseek-v4-flash'])
      await orchestrator.callModel({ ...ask, modelId })
    expect(services.requests('sk-external').map(({ provider, path }) => [provider, path])).toEqual([
      ['openai', '/v1/chat/completions'],
      ['anthropic', '/v1/messages'],
      ['openai', '/v1/chat/completions'],
    ])
  })

  test('a rejected key is told as such and not tried again', async ({ connect, services }) => {
    services.configure('sk-external', { providers: { anthropic: { apiKeys: ['sk-other'] } } })
    const failure = await connect()
      .callModel({ ...ask, modelId: 'claude-haiku-4-5' })
      .catch((error) => error)
    expect(failure).toMatchObject({ kind: 'authentication', cause: { status: 401 } })
    expect(services.requests('sk-external')).toHaveLength(1)
  })

  test('input tokens that the provider had cached are billed at their own price', async ({ connect }) => {
    const orchestrator = connect({ cache: false })
    const long = [{ role: 'user' as const, content: 'A long document. '.repeat(600) }]
    const first = await orchestrator.callModel({ ...ask, messages: long, modelId: 'gpt-4o' })
    const second = await orchestrator.callModel({ ...ask, messages: long, modelId: 'gpt-4o' })
    expect(second.usage.cacheReadTokens).toBeGreaterThan(1_000)
    expect(second.costNanoDollars).toBeLessThan(first.costNanoDollars)
  })

  test('an overloaded Anthropic (529) is tried again', async ({ connect, services }) => {
    services.configure('sk-external', { script: ['529'] })
    const result = await connect().callModel({ ...ask, modelId: 'claude-haiku-4-5' })
    expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['overloaded', 'ok'])
  })

  test('the request id of a failed answer is kept for the support', async ({ connect, services }) => {
    services.configure('sk-external', { script: ['500', '500', '500'] })
    const failure = await connect()
      .callModel({ ...ask, modelId: 'gpt-4o' })
      .catch((error) => error)
    expect(services.requests('sk-external').map(({ id }) => id)).toContain(failure.cause.requestId)
  })

  test('an address that nobody serves fails the call, with its name', async ({ connect, mocks }) => {
    const unserved: string[] = []
    mocks.use(
      http.all('https://api.openai.invalid/*', ({ request }) => {
        unserved.push(request.url)
        return HttpResponse.error()
      }),
    )
    const call = connect().callModel({ ...ask, modelId: 'gpt-4o', retries: 0 })
    await expect(call).rejects.toMatchObject({ kind: 'network', cause: { endpoint: 'openai' } })
    expect(unserved).toEqual(['https://api.openai.invalid/v1/chat/completions'])
  })
})

describe('model guides', () => {
  const guide = { modelId: 'gpt-4o', systemPrompt: 'Answer in French.', promptPrefix: 'Be brief.', notes: ['polite'] }

  test('a guide is fetched once and applied to every prompt of its model', async ({ connect, mocks, services }) => {
    let fetched = 0
    mocks.use(
      http.get(`${guidesUrl}/gpt-4o.json`, () => {
        fetched++
        return HttpResponse.json(guide)
      }),
    )
    const orchestrator = connect({ guides: createModelGuides({ baseUrl: guidesUrl }), cache: false })
    await Promise.all([1, 2, 3].map(() => orchestrator.callModel({ ...ask, modelId: 'gpt-4o' })))
    expect(fetched).toBe(1)
    expect(services.requests('sk-external').map(({ lastMessage }) => lastMessage)).toEqual(
      Array(3).fill('Be brief.\n\nWhat is the capital of France?'),
    )
  })

  test('a model without a guide is asked as it is', async ({ connect, mocks, services }) => {
    mocks.use(http.get(`${guidesUrl}/*`, () => new HttpResponse(null, { status: 404 })))
    const guides = createModelGuides({ baseUrl: guidesUrl })
    await connect({ guides }).callModel({ ...ask, modelId: 'gpt-4o' })
    expect(await guides.get('gpt-4o')).toBeNull()
    expect(services.requests('sk-external')[0]!.lastMessage).toBe(messages[0]!.content)
  })

  test.for([
    ['a server error', () => new HttpResponse('oops', { status: 500 })],
    ['a network error', () => HttpResponse.error()],
    ['no guide', () => HttpResponse.json({ advice: 'none' })],
    ['no JSON', () => HttpResponse.text('<html>')],
  ] as const)('%s in place of a guide does not stop the call', async ([, answer], { connect, mocks }) => {
    mocks.use(http.get(`${guidesUrl}/*`, answer))
    const guides = createModelGuides({ baseUrl: guidesUrl })
    await expect(guides.get('gpt-4o')).rejects.toThrow(GuideError)
    expect((await connect({ guides }).callModel({ ...ask, modelId: 'gpt-4o' })).content).not.toBe('')
  })

  test('an old guide is asked for with its tag, and kept when nothing changed', async ({ mocks }) => {
    const tags: (string | null)[] = []
    mocks.use(
      http.get(`${guidesUrl}/*`, ({ request }) => {
        const tag = request.headers.get('if-none-match')
        tags.push(tag)
        return tag ? new HttpResponse(null, { status: 304 }) : HttpResponse.json(guide, { headers: { etag: '"v1"' } })
      }),
    )
    const guides = createModelGuides({ baseUrl: guidesUrl, ttlMs: 0 })
    expect(await guides.get('gpt-4o')).toEqual(guide)
    expect(await guides.get('gpt-4o')).toEqual(guide)
    expect(tags).toEqual([null, '"v1"'])
  })

  test('an old guide is better than none when the server is gone', async ({ mocks }) => {
    mocks.use(http.get(`${guidesUrl}/*`, () => HttpResponse.json(guide), { once: true }))
    const guides = createModelGuides({ baseUrl: guidesUrl, ttlMs: 0 })
    expect(await guides.get('gpt-4o')).toEqual(guide)
    mocks.use(http.get(`${guidesUrl}/*`, () => HttpResponse.error()))
    expect(await guides.get('gpt-4o')).toEqual(guide)
  })
})
