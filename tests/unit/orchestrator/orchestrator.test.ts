import { describe, expect, test, vi } from 'vitest'
import {
  BudgetExceededError,
  type CallEvent,
  CallFailedError,
  createModelRegistry,
  createOrchestrator,
  InvalidRequestError,
  type OrchestratorEvents,
  type OrchestratorOptions,
  UnknownModelError,
} from '../../../fixtures/orchestrator/index.ts'
import { createSkippingClock } from './support/manual-clock.ts'
import { chunked, json, openAiAnswer, openAiError, type Scripted, scriptedFetch } from './support/scripted-fetch.ts'

const messages = [{ role: 'user' as const, content: 'hello' }]
const request = { modelId: 'gpt-4o', messages }
const openai = { id: 'openai', baseUrl: 'http://127.0.0.1:1/' }

function create(script: readonly Scripted[], options: OrchestratorOptions = {}) {
  const { fetch, requests } = scriptedFetch(...script)
  const clock = createSkippingClock()
  const orchestrator = createOrchestrator({
    endpoints: { openai },
    fetch,
    clock,
    random: () => 0.5,
    // cockatiel's breaker reads the real clock, so tests that are not about it keep it closed.
    cooldown: { cooldownMs: 0 },
    ...options,
  })
  return { orchestrator, requests, clock }
}

function record<K extends keyof OrchestratorEvents>(orchestrator: ReturnType<typeof createOrchestrator>, name: K) {
  const events: OrchestratorEvents[K][0][] = []
  orchestrator.events.on(name, ((event: OrchestratorEvents[K][0]) => events.push(event)) as never)
  return events
}

async function collect(stream: AsyncIterable<CallEvent>): Promise<CallEvent[]> {
  const events: CallEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

describe('callModel()', () => {
  test('answers with content, usage and exact cost', async () => {
    const { orchestrator, requests } = create([
      json(openAiAnswer('hi', { prompt_tokens: 1_000, completion_tokens: 100 })),
    ])
    const answer = await orchestrator.callModel({ ...request, sessionId: 's1' })
    // $2.50 and $10 per million tokens (genai-prices 0.1.8).
    expect(answer).toMatchObject({
      content: 'hi',
      model: 'gpt-4o',
      provider: 'openai',
      endpoint: 'openai',
      costNanoDollars: 3_500_000,
      cached: false,
      usageEstimated: false,
    })
    expect(orchestrator.ledger.session('s1').costNanoDollars).toBe(3_500_000)
    expect(requests[0]!.url).toBe('http://127.0.0.1:1/v1/chat/completions')
  })

  test('counts the tokens itself where the provider left them out', async () => {
    const { orchestrator } = create([json(openAiAnswer('one two three', null))])
    const answer = await orchestrator.callModel(request)
    expect(answer.usageEstimated).toBe(true)
    expect(answer.usage).toMatchObject({ inputTokens: 8, outputTokens: 3 })
    expect(answer.costNanoDollars).toBe(8 * 2_500 + 3 * 10_000)
  })

  test('refuses requests that are not valid, naming every field', async () => {
    const { orchestrator, requests } = create([])
    await expect(orchestrator.callModel({ modelId: '', messages: [], temperature: 3 })).rejects.toThrow(
      InvalidRequestError,
    )
    await expect(orchestrator.callModel({ modelId: '', messages: [], temperature: 3 })).rejects.toThrow(
      /modelId.*messages.*temperature/,
    )
    await expect(orchestrator.callModel({ ...request, modelID: 'x' } as never)).rejects.toThrow('modelID')
    await expect(orchestrator.callModel(null as never)).rejects.toThrow('Invalid request: request:')
    await expect(orchestrator.callModel({ ...request, modelId: 'gpt-99' })).rejects.toThrow(UnknownModelError)
    expect(requests).toHaveLength(0)
  })

  test('says which endpoint is missing', async () => {
    const { orchestrator } = create([])
    await expect(orchestrator.callModel({ ...request, modelId: 'claude-haiku-4-5' })).rejects.toThrow(
      'no endpoint serves "claude-haiku-4-5": give createOrchestrator an endpoint for "anthropic"',
    )
    expect(() => createOrchestrator({ endpoints: { openai: [openai, openai] } })).toThrow(
      'endpoint "openai" is given twice',
    )
  })

  test('tries again what may pass, waiting longer each time, with jitter', async () => {
    const { orchestrator, clock } = create([openAiError(500, null), openAiError(503, null), json(openAiAnswer())])
    const retries = record(orchestrator, 'retry')
    const answer = await orchestrator.callModel(request)
    expect(answer.attempts.map(({ outcome }) => outcome)).toEqual(['server', 'overloaded', 'ok'])
    expect(clock.slept).toEqual([187.5, 375])
    expect(retries).toMatchObject([
      { reason: 'server', attempt: 1 },
      { reason: 'overloaded', attempt: 2 },
    ])
  })

  test('waits as long as the provider asks for', async () => {
    const { orchestrator, clock } = create([openAiError(503, null, 'x', { 'retry-after': '2' }), json(openAiAnswer())])
    await orchestrator.callModel(request)
    expect(clock.slept).toHaveLength(1)
    expect(clock.slept[0]).toBeGreaterThanOrEqual(2_000)
  })

  test('does not wait for what takes longer than it is worth', async () => {
    const { orchestrator, clock } = create([openAiError(503, null, 'x', { 'retry-after': '60' })])
    await expect(orchestrator.callModel(request)).rejects.toMatchObject({ kind: 'overloaded' })
    expect(clock.slept).toEqual([])
  })

  test.each([
    ['a used-up quota', openAiError(429, 'insufficient_quota'), 'quota_exhausted'],
    ['a rejected key', openAiError(401, null), 'authentication'],
    ['an invalid request', openAiError(400, null), 'invalid_request'],
    ['an unknown model', openAiError(404, null), 'not_found'],
  ])('never tries %s again', async (_name, response, kind) => {
    const { orchestrator, requests } = create([response])
    const failure = orchestrator.callModel(request)
    await expect(failure).rejects.toBeInstanceOf(CallFailedError)
    await expect(failure).rejects.toMatchObject({ kind, attempts: [{ outcome: kind }] })
    expect(requests).toHaveLength(1)
  })

  test('gives up after the retries it was given', async () => {
    const { orchestrator, requests } = create([openAiError(500, null)])
    await expect(orchestrator.callModel({ ...request, retries: 1 })).rejects.toThrow(
      'Call to "gpt-4o" failed after 2 attempts on 1 model: openai: failed with 500 (server, HTTP 500)',
    )
    await expect(orchestrator.callModel({ ...request, retries: 0 })).rejects.toThrow('after 1 attempt on 1 model')
    expect(requests).toHaveLength(3)
  })

  test('keeps retries a small share of calls', async () => {
    const { orchestrator, requests } = create([openAiError(500, null)], { retryBudget: { ratio: 0, burst: 3 } })
    for (let call = 0; call < 5; call++) await orchestrator.callModel(request).catch(() => undefined)
    expect(requests).toHaveLength(5 + 3)
  })

  test('ends in time, whatever retries are left', async () => {
    const { orchestrator, requests } = create([openAiError(500, null)], { retry: { initialMs: 100, maxMs: 100 } })
    await expect(orchestrator.callModel({ ...request, retries: 10, deadlineMs: 200 })).rejects.toMatchObject({
      kind: 'server',
    })
    expect(requests).toHaveLength(3)
  })

  test('falls back to the next model and says why', async () => {
    const { orchestrator } = create([openAiError(404, null), json(openAiAnswer('from another'))])
    const fallbacks = record(orchestrator, 'fallback')
    const answer = await orchestrator.callModel({ ...request, fallbacks: ['gpt-4o', 'gpt-4o-mini'] })
    expect(answer).toMatchObject({ model: 'gpt-4o-mini', fallbackReason: 'not_found', content: 'from another' })
    expect(fallbacks).toMatchObject([{ from: 'gpt-4o', to: 'gpt-4o-mini', reason: 'not_found' }])
  })

  test('has fallbacks of its own for those who name none', async () => {
    const { orchestrator } = create([openAiError(404, null), json(openAiAnswer())], {
      fallbacks: { 'gpt-4o': ['gpt-4.1'] },
    })
    expect((await orchestrator.callModel(request)).model).toBe('gpt-4.1')
  })

  test('goes to no other model with what every model would refuse', async () => {
    const { orchestrator, requests } = create([openAiError(400, null)])
    await expect(orchestrator.callModel({ ...request, fallbacks: ['gpt-4o-mini'] })).rejects.toMatchObject({
      kind: 'invalid_request',
    })
    expect(requests).toHaveLength(1)
  })

  test('takes a model with a larger window when the prompt is too long, without asking the first', async () => {
    const { orchestrator, requests } = create([json(openAiAnswer())])
    const long = [{ role: 'user' as const, content: 'word '.repeat(130_000) }]
    const answer = await orchestrator.callModel({ modelId: 'gpt-4o', messages: long, fallbacks: ['gpt-4.1'] })
    expect(answer).toMatchObject({ model: 'gpt-4.1', fallbackReason: 'context_overflow' })
    expect(requests.map(({ body }) => body.model)).toEqual(['gpt-4.1'])
    await expect(orchestrator.callModel({ modelId: 'gpt-4o', messages: long })).rejects.toThrow('holds 128000 tokens')
  })

  test('counts before it calls a prompt too long', async () => {
    const { orchestrator } = create([json(openAiAnswer())])
    const manyBytes = [{ role: 'user' as const, content: 'word '.repeat(100_000) }]
    expect((await orchestrator.callModel({ modelId: 'gpt-4o', messages: manyBytes })).model).toBe('gpt-4o')
  })

  test('rejects with the caller’s reason when the caller gives up', async () => {
    const { orchestrator } = create(['hang'])
    const controller = new AbortController()
    const call = orchestrator.callModel({ ...request, signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })

  test('times an attempt out and tries again', async () => {
    const { orchestrator } = create(['hang', json(openAiAnswer())], { deadlines: { totalMs: 5 } })
    const answer = await orchestrator.callModel(request)
    expect(answer.attempts.map(({ outcome }) => outcome)).toEqual(['timeout', 'ok'])
  })

  test('passes on a programming error as it is', async () => {
    const connect = () => ({ chat: () => Promise.reject(new RangeError('a bug')) }) as never
    const { orchestrator } = create([], { connect })
    await expect(orchestrator.callModel(request)).rejects.toThrow(RangeError)
  })

  test('gives local models the context their prompt needs', async () => {
    const answer = { model: 'm', message: { content: 'x' }, done: true }
    const { orchestrator, requests } = create([json(answer)], {
      endpoints: { ollama: { id: 'o', baseUrl: 'http://127.0.0.1:1' } },
    })
    await orchestrator.callModel({ modelId: 'mistral:7b', messages })
    await orchestrator.callModel({
      modelId: 'mistral:7b',
      messages: [{ role: 'user', content: 'x'.repeat(9_000) }],
      maxOutputTokens: 10,
    })
    expect(requests.map(({ body }) => (body.options as { num_ctx: number }).num_ctx)).toEqual([4_096, 16_384])
  })

  test('passes on everything that shapes the answer', async () => {
    const { orchestrator, requests } = create([json(openAiAnswer())])
    const tools = [{ name: 'f', description: 'd', parameters: {} }]
    await orchestrator.callModel({
      ...request,
      temperature: 0,
      topP: 1,
      seed: 3,
      stop: ['x'],
      json: true,
      tools,
      maxOutputTokens: 50_000,
      headers: { 'x-a': 'b' },
    })
    expect(requests[0]!.body).toMatchObject({
      temperature: 0,
      top_p: 1,
      seed: 3,
      stop: ['x'],
      max_completion_tokens: 16_384,
    })
    expect(requests[0]!.body).toHaveProperty('tools')
    expect(requests[0]!.body).toHaveProperty('response_format')
    expect(requests[0]!.headers.get('x-a')).toBe('b')
  })
})

describe('the response cache', () => {
  test('answers a repeated request without cost', async () => {
    const { orchestrator, requests } = create([json(openAiAnswer('kept'))])
    const outcomes = record(orchestrator, 'cache')
    const first = await orchestrator.callModel(request)
    const second = await orchestrator.callModel({ ...request, sessionId: 'another' })
    expect(second).toMatchObject({ content: 'kept', cached: true, costNanoDollars: 0, attempts: [] })
    expect(second.callId).not.toBe(first.callId)
    expect(requests).toHaveLength(1)
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['miss', 'hit'])
    expect(orchestrator.cacheStatistics()).toMatchObject({ hits: 1, misses: 1 })
    orchestrator.clearCache()
    await orchestrator.callModel(request)
    expect(requests).toHaveLength(2)
  })

  test('sends one request for many callers at once', async () => {
    const { orchestrator, requests } = create([json(openAiAnswer())])
    const answers = await Promise.all(Array.from({ length: 10 }, () => orchestrator.callModel(request)))
    expect(requests).toHaveLength(1)
    expect(answers.filter(({ cached }) => cached)).toHaveLength(9)
    expect(orchestrator.ledger.total().calls).toBe(1)
  })

  test('is asked by no call that does not want it', async () => {
    const { orchestrator, requests } = create([json(openAiAnswer())])
    for (let call = 0; call < 2; call++) await orchestrator.callModel({ ...request, cache: false })
    expect(requests).toHaveLength(2)
    const without = create([json(openAiAnswer())], { cache: false })
    await without.orchestrator.callModel(request)
    expect(without.orchestrator.cacheStatistics()).toBeNull()
    without.orchestrator.clearCache()
  })

  test('keeps no answer that another model gave', async () => {
    const { orchestrator, requests } = create([
      openAiError(404, null),
      json(openAiAnswer()),
      json(openAiAnswer('itself')),
    ])
    await orchestrator.callModel({ ...request, fallbacks: ['gpt-4.1'] })
    expect((await orchestrator.callModel({ ...request, fallbacks: ['gpt-4.1'] })).content).toBe('itself')
    expect(requests).toHaveLength(3)
  })

  test('cannot be changed through an answer', async () => {
    const body = openAiAnswer()
    Object.assign(body.choices[0]!.message, {
      tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{"a":1}' } }],
    })
    const { orchestrator } = create([json(body)])
    await orchestrator.callModel(request)
    const taken = await orchestrator.callModel(request)
    taken.toolCalls[0]!.arguments.a = 2
    taken.usage.inputTokens = 99
    const again = await orchestrator.callModel(request)
    expect(again.toolCalls[0]!.arguments).toEqual({ a: 1 })
    expect(again.usage.inputTokens).toBe(10)
  })
})

describe('several endpoints', () => {
  const endpoints = { openai: [openai, { id: 'other', baseUrl: 'http://127.0.0.2:1' }] }
  const byHost = (answers: Record<string, () => Response>) => (url: string) => answers[new URL(url).hostname]!()

  test('a rate-limited endpoint is left alone, and another asked at once', async () => {
    let limited = 0
    const { orchestrator, requests, clock } = create(
      [
        byHost({
          '127.0.0.1': () => {
            limited++
            return openAiError(429, null, 'requests', { 'retry-after': '30' })
          },
          '127.0.0.2': () => json(openAiAnswer()),
        }),
      ],
      { endpoints, cache: false, random: () => 0 },
    )
    const cooldowns = record(orchestrator, 'cooldown')
    for (let call = 0; call < 5; call++) await orchestrator.callModel(request)
    expect(limited).toBe(1)
    expect(requests).toHaveLength(6)
    expect(clock.slept).toEqual([])
    expect(cooldowns).toMatchObject([{ endpoint: 'openai', reason: 'rate_limit', cooldownMs: 30_000 }])
  })

  test('a model all of whose endpoints rest makes way for its fallback', async () => {
    const { orchestrator } = create([openAiError(429, null, 'requests', { 'retry-after': '30' }), json(openAiAnswer())])
    const answer = await orchestrator.callModel({ ...request, fallbacks: ['gpt-4.1'] })
    expect(answer).toMatchObject({ model: 'gpt-4.1', fallbackReason: 'rate_limit' })
    expect(orchestrator.selectModel({ taskType: 'quick_qa', complexity: 'low' }).rejected.unhealthy).toBe(1)
    const next = await orchestrator.callModel({ ...request, cache: false, fallbacks: ['gpt-4.1'] })
    expect(next).toMatchObject({ model: 'gpt-4.1', fallbackReason: 'cooling_down' })
  })

  test('stops asking an endpoint that fails more than half of the time, and comes back when it recovers', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      let broken = true
      const { orchestrator, requests } = create([() => (broken ? openAiError(500, null) : json(openAiAnswer()))], {
        cooldown: { failureShare: 0.5, minimumCalls: 5, cooldownMs: 5_000 },
        clock: { ...createSkippingClock(), now: () => Date.now() },
        retry: { retries: 0 },
        cache: false,
      })
      const recovered = record(orchestrator, 'recovered')
      for (let call = 0; call < 10; call++) await orchestrator.callModel(request).catch(() => undefined)
      expect(requests).toHaveLength(5)
      await expect(orchestrator.callModel(request)).rejects.toMatchObject({ kind: 'cooling_down' })
      broken = false
      vi.setSystemTime(Date.now() + 5_001)
      expect(orchestrator.selectModel({ taskType: 'quick_qa', complexity: 'low' }).rejected.unhealthy).toBeUndefined()
      expect((await orchestrator.callModel(request)).content).toBe('hello')
      expect(recovered).toEqual([{ endpoint: 'openai', modelId: 'gpt-4o' }])
    } finally {
      vi.useRealTimers()
    }
  })

  test('a call that waited for a place is not sent once its endpoint has been left alone', async () => {
    const { orchestrator, requests } = create([openAiError(429, null)], {
      cooldown: { cooldownMs: 60_000 },
      bulkhead: { concurrency: 1 },
    })
    const calls = [1, 2].map((seed) => orchestrator.callModel({ ...request, seed, retries: 0 }))
    const kinds = (await Promise.allSettled(calls)).map((call) => call.status === 'rejected' && call.reason.kind)
    expect(kinds).toEqual(['rate_limit', 'cooling_down'])
    expect(requests).toHaveLength(1)
  })

  test('a hedged call asks a second endpoint when the first is slow, and takes the first answer', async () => {
    const hosts: string[] = []
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const { hostname } = new URL(String(input))
      hosts.push(hostname)
      if (hosts.length > 1) return json(openAiAnswer(`from ${hostname}`))
      return new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)))
    }
    const { orchestrator } = create([], { endpoints, fetch, hedgeAfterMs: 100 })
    const answer = await orchestrator.callModel(request)
    expect(new Set(hosts).size).toBe(2)
    expect(answer.content).toBe(`from ${hosts[1]}`)
  })

  test('a hedged call both of whose attempts fail is tried again, and falls back, like any other', async () => {
    const { orchestrator } = create([openAiError(500, null), openAiError(500, null), json(openAiAnswer('third'))], {
      endpoints,
      hedgeAfterMs: 100,
    })
    expect(await orchestrator.callModel(request)).toMatchObject({
      content: 'third',
      attempts: [{ outcome: 'server' }, { outcome: 'ok' }],
    })
  })

  test('an endpoint may serve some models only', async () => {
    const { orchestrator, requests } = create([json(openAiAnswer())], {
      endpoints: {
        openai: [
          { ...openai, models: ['gpt-4.1'] },
          { id: 'other', baseUrl: 'http://127.0.0.2:1', models: ['gpt-4o'] },
        ],
      },
    })
    await orchestrator.callModel(request)
    expect(requests[0]!.url).toContain('127.0.0.2')
  })
})

describe('budgets', () => {
  const dear = { ...request, maxOutputTokens: 1_000 }

  test('block what they cannot pay, before anything is sent', async () => {
    const { orchestrator, requests } = create([json(openAiAnswer())], { budget: { limitNanoDollars: 1_000 } })
    await expect(orchestrator.callModel(dear)).rejects.toThrow(BudgetExceededError)
    expect(requests).toHaveLength(0)
  })

  test('hold when many calls come at once', async () => {
    const usage = { prompt_tokens: 13, completion_tokens: 1_000 }
    const { orchestrator } = create([json(openAiAnswer('x', usage))], {
      cache: false,
      budget: { limitNanoDollars: 55_000_000 },
    })
    const calls = await Promise.allSettled(Array.from({ length: 20 }, () => orchestrator.callModel(dear)))
    const { spentNanoDollars, reservedNanoDollars } = orchestrator.budget!
    expect(calls.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
    expect(spentNanoDollars).toBeLessThanOrEqual(55_000_000)
    expect(reservedNanoDollars).toBe(0)
  })

  test('give back what a failed call had set aside', async () => {
    const { orchestrator } = create([openAiError(400, null)], { budget: { limitNanoDollars: 50_000_000 } })
    await expect(orchestrator.callModel(dear)).rejects.toThrow(CallFailedError)
    expect(orchestrator.budget).toMatchObject({ spentNanoDollars: 0, reservedNanoDollars: 0 })
  })

  test('downgrade to the fallback that can be paid', async () => {
    const { orchestrator } = create([json(openAiAnswer())], {
      budget: { limitNanoDollars: 2_000_000, onExceeded: 'downgrade' },
    })
    expect(await orchestrator.callModel({ ...dear, fallbacks: ['gpt-4.1', 'gpt-4o-mini'] })).toMatchObject({
      model: 'gpt-4o-mini',
      fallbackReason: 'over_budget',
    })
  })

  test('downgrade to the best that can be paid where no fallback is named', async () => {
    const { orchestrator } = create([json(openAiAnswer())], {
      budget: { limitNanoDollars: 1_000_000, onExceeded: 'downgrade' },
    })
    const tools = [{ name: 'f', description: 'd', parameters: {} }]
    const answer = await orchestrator.callModel({ ...dear, tools, taskType: 'quick_qa' })
    expect(answer.fallbackReason).toBe('over_budget')
    expect(['gpt-4.1-nano', 'gpt-5-nano', 'gpt-4o-mini']).toContain(answer.model)
  })

  test('refuse when nothing can be paid, downgraded or not', async () => {
    const { orchestrator } = create([json(openAiAnswer())], {
      budget: { limitNanoDollars: 10, onExceeded: 'downgrade' },
    })
    await expect(orchestrator.callModel(dear)).rejects.toThrow(BudgetExceededError)
  })
})

describe('streamModel()', () => {
  const sse = (data: unknown) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
  const part = (delta: object, finish_reason: string | null = null) =>
    sse({ id: 'c', model: 'gpt-4o', choices: [{ index: 0, delta, finish_reason }] })
  const whole = () =>
    chunked([
      part({ content: 'hel' }),
      part({ content: 'lo' }),
      part({}, 'stop'),
      sse({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 2 } }),
      sse('[DONE]'),
    ])

  test('yields text as it comes, then the result', async () => {
    const { orchestrator } = create([whole()])
    const events = await collect(orchestrator.streamModel(request))
    expect(events.map(({ type }) => type)).toEqual(['text', 'text', 'end'])
    expect(events.at(-1)).toMatchObject({ result: { content: 'hello', costNanoDollars: 45_000, cached: false } })
    expect(orchestrator.ledger.total().calls).toBe(1)
  })

  test('counts the tokens of a stream itself where the provider left them out', async () => {
    const { orchestrator } = create([chunked([part({ content: 'one two three' }), part({}, 'stop'), sse('[DONE]')])])
    const { result } = (await collect(orchestrator.streamModel(request))).at(-1) as { result: object }
    expect(result).toMatchObject({ usageEstimated: true, usage: { inputTokens: 8, outputTokens: 3 } })
  })

  test('replays a kept answer in words', async () => {
    const { orchestrator, requests } = create([json(openAiAnswer('two words'))])
    await orchestrator.callModel(request)
    const events = await collect(orchestrator.streamModel(request))
    expect(events).toMatchObject([
      { text: 'two ' },
      { text: 'words' },
      { result: { cached: true, costNanoDollars: 0 } },
    ])
    expect(requests).toHaveLength(1)
  })

  test('replays an empty answer as no text at all', async () => {
    const { orchestrator, requests } = create([json(openAiAnswer(''))])
    await orchestrator.callModel(request)
    const events = await collect(orchestrator.streamModel(request))
    expect(events).toMatchObject([{ type: 'end', result: { content: '' } }])
    expect(requests).toHaveLength(1)
  })

  test('keeps what it streamed for the next caller', async () => {
    const { orchestrator, requests } = create([whole()])
    await collect(orchestrator.streamModel(request))
    expect(await orchestrator.callModel(request)).toMatchObject({ content: 'hello', cached: true })
    expect(requests).toHaveLength(1)
  })

  test('takes from the tokens per minute what it used, as callModel() does', async () => {
    const endpoints = { openai: { ...openai, tokensPerMinute: 1_000 } }
    const { orchestrator, clock } = create([whole()], { endpoints, cache: false })
    for (let call = 0; call < 2; call++) await collect(orchestrator.streamModel({ ...request, maxOutputTokens: 900 }))
    expect(clock.slept).toEqual([])
    await collect(orchestrator.streamModel({ ...request, maxOutputTokens: 990 }))
    expect(clock.slept).toHaveLength(1)
  })

  test('tries again and falls back before the first token', async () => {
    const { orchestrator } = create([openAiError(500, null), openAiError(404, null), whole()])
    const events = await collect(orchestrator.streamModel({ ...request, fallbacks: ['gpt-4.1'] }))
    expect(events.at(-1)).toMatchObject({ result: { model: 'gpt-4.1', fallbackReason: 'not_found' } })
  })

  test('ends as incomplete after the first token, asking no other model, and books what came', async () => {
    const { orchestrator, requests } = create([chunked([part({ content: 'half an answer' })])])
    const events = await collect(orchestrator.streamModel({ ...request, fallbacks: ['gpt-4.1'] }))
    expect(events.at(-1)).toMatchObject({
      type: 'incomplete',
      content: 'half an answer',
      model: 'gpt-4o',
      error: { kind: 'incomplete' },
    })
    expect(requests).toHaveLength(1)
    expect(orchestrator.ledger.total()).toMatchObject({ calls: 1, outputTokens: 3 })
    expect(orchestrator.cacheStatistics()!.entries).toBe(0)
  })

  test('throws what fails before the first token', async () => {
    const { orchestrator } = create([openAiError(400, null)], { budget: { limitNanoDollars: 1e9 } })
    const failures = record(orchestrator, 'failure')
    await expect(collect(orchestrator.streamModel(request))).rejects.toMatchObject({ kind: 'invalid_request' })
    expect(failures).toMatchObject([{ reason: 'invalid_request' }])
    expect(orchestrator.budget!.reservedNanoDollars).toBe(0)
  })

  test('lets go of everything when the reader stops early', async () => {
    let cancelled = false
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode(part({ content: 'more ' }))),
      cancel: () => {
        cancelled = true
      },
    })
    const { orchestrator } = create([], { fetch: async () => new Response(body), budget: { limitNanoDollars: 1e9 } })
    for await (const _ of orchestrator.streamModel(request)) break
    expect(cancelled).toBe(true)
    expect(orchestrator.budget!.reservedNanoDollars).toBe(0)
    expect(orchestrator.router.bulkhead('openai').active).toBe(0)
  })

  test('ends with the caller’s reason when the caller gives up midway', async () => {
    const controller = new AbortController()
    const fetch: typeof globalThis.fetch = async (_input, init) =>
      new Response(
        new ReadableStream({
          start(stream) {
            stream.enqueue(new TextEncoder().encode(part({ content: 'first' })))
            init?.signal?.addEventListener('abort', () => stream.error(init.signal?.reason))
          },
        }),
      )
    const { orchestrator } = create([], { fetch })
    const read = async () => {
      for await (const _ of orchestrator.streamModel({ ...request, signal: controller.signal }))
        controller.abort(new Error('enough'))
    }
    await expect(read()).rejects.toThrow('enough')
  })

  test('waits for the first token no longer than it was told', async () => {
    const { orchestrator } = create(['hang'], { deadlines: { firstTokenMs: 5 }, retry: { retries: 0 } })
    await expect(collect(orchestrator.streamModel(request))).rejects.toThrow('no first token within 5 ms')
  })

  test('goes around the cache when told to', async () => {
    const { orchestrator, requests } = create([whole(), whole()])
    for (let call = 0; call < 2; call++) await collect(orchestrator.streamModel({ ...request, cache: false }))
    expect(requests).toHaveLength(2)
  })
})

describe('run(), judge() and embed()', () => {
  test('run() picks a model and has the runners-up stand in', async () => {
    const { orchestrator } = create([openAiError(404, null), json(openAiAnswer())])
    const task = { taskType: 'quick_qa', complexity: 'low' } as const
    const selection = orchestrator.selectModel(task)
    const answer = await orchestrator.run(task, { messages })
    expect(answer).toMatchObject({ model: selection.fallbacks[0], fallbackReason: 'not_found' })
  })

  test('selects only what it can reach', () => {
    const { orchestrator } = create([])
    const { candidates } = orchestrator.selectModel({ taskType: 'quick_qa', complexity: 'low' }, 100)
    expect(new Set(candidates.map(({ provider }) => provider))).toEqual(new Set(['openai']))
    expect(createOrchestrator().selectModel({ taskType: 'quick_qa', complexity: 'low' }).eligible).toBe(
      createModelRegistry().list().length,
    )
  })

  test('failures and judgements move the choice', async () => {
    const { orchestrator } = create([openAiError(500, null)], {
      retry: { retries: 0 },
      cooldown: { minimumCalls: 1_000 },
    })
    const task = { taskType: 'quick_qa', complexity: 'low' } as const
    const first = orchestrator.selectModel(task).modelId
    for (let call = 0; call < 20; call++) {
      await orchestrator.callModel({ modelId: first, messages, taskType: 'quick_qa' }).catch(() => undefined)
    }
    expect(orchestrator.selectModel(task).modelId).not.toBe(first)
    for (let call = 0; call < 200; call++) orchestrator.judge(first, 'quick_qa', 1)
    expect(orchestrator.selectModel(task).modelId).toBe(first)
    orchestrator.setHealth(first, 'down')
    expect(orchestrator.selectModel(task).modelId).not.toBe(first)
  })

  test('embed() gives one vector per text', async () => {
    const { orchestrator } = create([json({ data: [{ index: 0, embedding: [1, 2] }] })])
    expect(await orchestrator.embed('gpt-4o', ['x'])).toEqual([[1, 2]])
  })
})

describe('events', () => {
  test('tell a call from its beginning to its end', async () => {
    const { orchestrator } = create([openAiError(500, null), json(openAiAnswer())])
    const names: string[] = []
    for (const name of ['request', 'attempt', 'retry', 'cost', 'cache', 'response'] as const)
      orchestrator.events.on(name, () => names.push(name))
    await orchestrator.callModel(request)
    expect(names).toEqual(['request', 'attempt', 'retry', 'attempt', 'cost', 'cache', 'response'])
    await orchestrator.close()
    expect(orchestrator.events.listenerCount('request')).toBe(0)
  })

  test('tell why a call failed', async () => {
    const { orchestrator } = create([], { budget: { limitNanoDollars: 1 } })
    const failures = record(orchestrator, 'failure')
    await orchestrator.callModel(request).catch(() => undefined)
    expect(failures).toMatchObject([{ modelId: 'gpt-4o', reason: 'BudgetExceededError' }])
  })
})
