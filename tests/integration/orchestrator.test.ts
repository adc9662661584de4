import { describe, expect } from 'vitest'
import {
  BudgetExceededError,
  CallFailedError,
  type CallResult,
  NoModelError,
  type OrchestratorOptions,
  priceUsage,
} from '../../fixtures/orchestrator/index.ts'
import { collect } from './collect.ts'
import { test } from './strict-world.ts'

const messages = [{ role: 'user' as const, content: 'Explain a mutex in one sentence' }]
const ask = { modelId: 'gpt-4o', messages, maxOutputTokens: 20 }
const oneDollar = 1_000_000_000

describe('the life cycle of a request', () => {
  test('a call is announced, attempted, paid for and answered, in this order', async ({ orchestrator }) => {
    const seen: string[] = []
    for (const name of ['request', 'cache', 'attempt', 'cost', 'response'] as const) {
      orchestrator.events.on(name, () => seen.push(name))
    }
    const result = await orchestrator.callModel(ask)
    expect(result).toMatchObject({
      model: 'gpt-4o',
      provider: 'openai',
      finishReason: 'length',
      cached: false,
      fallbackReason: null,
    })
    expect(result.content.split(' ')).toHaveLength(20)
    expect(seen).toEqual(['request', 'attempt', 'cost', 'cache', 'response'])
  })

  test('what the provider receives is what was asked', async ({ orchestrator, simulator, apiKey }) => {
    await orchestrator.callModel(ask)
    expect(await simulator.requests(apiKey)).toMatchObject([
      {
        provider: 'openai',
        path: '/v1/chat/completions',
        model: 'gpt-4o',
        lastMessage: messages[0]!.content,
        outputTokens: 20,
      },
    ])
  })

  test('a stream gives the words of the whole answer, then its books', async ({ orchestrator }) => {
    const whole = await orchestrator.callModel(ask)
    let text = ''
    let result: CallResult | undefined
    for await (const event of orchestrator.streamModel({ ...ask, cache: false })) {
      if (event.type === 'text') text += event.text
      if (event.type === 'end') result = event.result
    }
    expect(text).toBe(whole.content)
    expect(result).toMatchObject({ usage: whole.usage, costNanoDollars: whole.costNanoDollars })
    expect(result!.firstTokenMs).toBeLessThanOrEqual(result!.latencyMs)
  })

  test('run() picks a model for the task, asks it, and has its runners-up behind it', async ({
    orchestrator,
    mockApiResponses,
  }) => {
    const task = { taskType: 'code_generation', complexity: 'high' } as const
    const { modelId, fallbacks } = orchestrator.selectModel(task)
    expect((await orchestrator.run(task, { messages })).model).toBe(modelId)
    await mockApiResponses.notFound({ modelId })
    const second = await orchestrator.run(task, { messages, cache: false })
    expect(second).toMatchObject({ model: fallbacks[0], fallbackReason: 'not_found' })
  })

  test('a model added at run time can be called, a removed one cannot', async ({ orchestrator, simulator, apiKey }) => {
    const model = orchestrator.registry.require('gpt-4o')
    orchestrator.registry.set({ ...model, id: 'house-model', upstreamId: 'house-model-v2' })
    expect((await orchestrator.callModel({ ...ask, modelId: 'house-model' })).model).toBe('house-model')
    expect((await simulator.requests(apiKey))[0]!.model).toBe('house-model-v2')
    orchestrator.registry.remove('house-model')
    await expect(orchestrator.callModel({ ...ask, modelId: 'house-model' })).rejects.toThrow(
      'Unknown model "house-model"',
    )
  })
})

describe('the cache', () => {
  test('the same question is paid for once', async ({ orchestrator, simulator, apiKey }) => {
    const first = await orchestrator.callModel(ask)
    const second = await orchestrator.callModel(ask)
    expect(second).toMatchObject({ content: first.content, cached: true, costNanoDollars: 0 })
    expect(await simulator.requests(apiKey)).toHaveLength(1)
    expect(orchestrator.ledger.total()).toMatchObject({ calls: 1, costNanoDollars: first.costNanoDollars })
  })

  test('callers who ask the same at the same time share one request', async ({ orchestrator, simulator, apiKey }) => {
    const results = await Promise.all(Array.from({ length: 10 }, () => orchestrator.callModel(ask)))
    expect(new Set(results.map((result) => result.content)).size).toBe(1)
    expect(await simulator.requests(apiKey)).toHaveLength(1)
    expect(orchestrator.cacheStatistics()).toMatchObject({ misses: 1, coalesced: 9 })
  })

  test('a stream is replayed from the cache, word by word', async ({ orchestrator, simulator, apiKey }) => {
    const { content } = await orchestrator.callModel(ask)
    const texts: string[] = []
    for await (const event of orchestrator.streamModel(ask)) if (event.type === 'text') texts.push(event.text)
    expect(texts.join('')).toBe(content)
    expect(texts.length).toBeGreaterThan(10)
    expect(await simulator.requests(apiKey)).toHaveLength(1)
  })
})

describe('cost optimisation', () => {
  test('a call costs what the model charges for its tokens', async ({ orchestrator }) => {
    const { usage, costNanoDollars } = await orchestrator.callModel(ask)
    expect(usage).toMatchObject({ outputTokens: 20 })
    expect(costNanoDollars).toBe(priceUsage(orchestrator.registry.require('gpt-4o').prices, usage))
  })

  test('cheap is cheaper than good, and local models cost nothing', async ({ orchestrator }) => {
    const task = { taskType: 'reasoning', complexity: 'medium' } as const
    const price = (preference: 'cheapest' | 'best') =>
      orchestrator.selectModel({ ...task, preference }).candidates[0]!.costNanoDollars
    expect(price('cheapest')).toBeLessThan(price('best'))
    const local = orchestrator.selectModel({ ...task, locality: 'local' })
    expect(local.candidates.map((candidate) => candidate.costNanoDollars)).toEqual(local.candidates.map(() => 0))
  })

  test('a limit on the cost of a call rules dear models out, and says so when none is left', async ({
    orchestrator,
  }) => {
    const task = { taskType: 'reasoning', complexity: 'high', locality: 'cloud' } as const
    const [best] = orchestrator.selectModel({ ...task, preference: 'best' }).candidates
    const limited = orchestrator.selectModel({ ...task, maxCostNanoDollars: best!.costNanoDollars - 1 })
    expect(limited.candidates.every(({ costNanoDollars }) => costNanoDollars < best!.costNanoDollars)).toBe(true)
    expect(() => orchestrator.selectModel({ ...task, maxCostNanoDollars: 0 })).toThrow(NoModelError)
    expect(() => orchestrator.selectModel({ ...task, maxCostNanoDollars: 0 })).toThrow(/\d+ by budget/)
  })

  describe('with a budget', () => {
    test.override(
      'orchestratorOptions',
      (): OrchestratorOptions => ({ budget: { limitNanoDollars: 1_000_000 }, cache: false }),
    )

    test('what a call may cost is set aside first, so that concurrent calls cannot overspend', async ({
      orchestrator,
    }) => {
      const calls = Array.from({ length: 30 }, () => orchestrator.callModel(ask))
      const outcomes = await Promise.allSettled(calls)
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
      expect(refused.length).toBeGreaterThan(0)
      expect(refused.length).toBeLessThan(30)
      expect(refused.every(({ reason }) => reason instanceof BudgetExceededError)).toBe(true)
      const { spentNanoDollars, reservedNanoDollars, limitNanoDollars } = orchestrator.budget!
      expect(spentNanoDollars).toBe(orchestrator.ledger.total().costNanoDollars)
      expect(spentNanoDollars).toBeLessThanOrEqual(limitNanoDollars)
      expect(reservedNanoDollars).toBe(0)
    })

    test('a failed call gives back what was set aside for it', async ({ orchestrator, mockApiResponses }) => {
      await mockApiResponses.invalidRequest()
      await expect(orchestrator.callModel(ask)).rejects.toThrow(CallFailedError)
      expect(orchestrator.budget).toMatchObject({ spentNanoDollars: 0, reservedNanoDollars: 0 })
    })
  })

  describe('with a budget that downgrades', () => {
    test.override(
      'orchestratorOptions',
      (): OrchestratorOptions => ({ budget: { limitNanoDollars: 1_000, onExceeded: 'downgrade' } }),
    )

    test('a model that can be paid answers in place of one that cannot', async ({ orchestrator }) => {
      const result = await orchestrator.callModel({ ...ask, fallbacks: ['claude-opus-4-5', 'codellama:34b'] })
      expect(result).toMatchObject({ model: 'codellama:34b', fallbackReason: 'over_budget', costNanoDollars: 0 })
    })
  })
})

describe('fallback chains', () => {
  const chain = { ...ask, fallbacks: ['claude-sonnet-4-5', 'codellama:34b'], retries: 0 }

  test('the first model that can answers, and the way there is on record', async ({
    orchestrator,
    mockApiResponses,
  }) => {
    const taken: string[] = []
    orchestrator.events.on('fallback', ({ from, to, reason }) => taken.push(`${from} -> ${to}: ${reason}`))
    await mockApiResponses.overloaded({ modelId: 'gpt-4o' })
    await mockApiResponses.quotaExhausted({ modelId: 'claude-sonnet-4-5' })
    const result = await orchestrator.callModel(chain)
    expect(result).toMatchObject({ model: 'codellama:34b', provider: 'ollama', fallbackReason: 'quota_exhausted' })
    expect(result.attempts.map(({ modelId, outcome }) => [modelId, outcome])).toEqual([
      ['gpt-4o', 'overloaded'],
      ['claude-sonnet-4-5', 'quota_exhausted'],
      ['codellama:34b', 'ok'],
    ])
    expect(taken).toEqual([
      'gpt-4o -> claude-sonnet-4-5: overloaded',
      'claude-sonnet-4-5 -> codellama:34b: quota_exhausted',
    ])
  })

  test('a prompt too long for one model goes to one with a larger window, unsent', async ({
    orchestrator,
    simulator,
    apiKey,
  }) => {
    const long = [{ role: 'user' as const, content: 'fact '.repeat(140_000) }]
    const result = await orchestrator.callModel({
      messages: long,
      modelId: 'gpt-4o',
      fallbacks: ['gpt-4.1'],
      maxOutputTokens: 5,
    })
    expect(result).toMatchObject({ model: 'gpt-4.1', fallbackReason: 'context_overflow' })
    expect((await simulator.requests(apiKey)).map(({ model }) => model)).toEqual(['gpt-4.1'])
  })

  test('a request that every model would refuse is not passed on', async ({
    orchestrator,
    mockApiResponses,
    simulator,
    apiKey,
  }) => {
    await mockApiResponses.invalidRequest()
    await expect(orchestrator.callModel(chain)).rejects.toMatchObject({ kind: 'invalid_request' })
    expect(await simulator.requests(apiKey)).toHaveLength(1)
  })

  test('a stream changes models before its first token', async ({ orchestrator, mockApiResponses }) => {
    await mockApiResponses.reset({ modelId: 'gpt-4o' })
    const events = await collect(orchestrator.streamModel(chain))
    expect(events.at(-1)).toMatchObject({
      type: 'end',
      result: { model: 'claude-sonnet-4-5', fallbackReason: 'network' },
    })
  })

  test('a stream that breaks after its first token ends as incomplete, with what came', async ({
    orchestrator,
    mockApiResponses,
    simulator,
    apiKey,
  }) => {
    await mockApiResponses.cut(4, { modelId: 'gpt-4o' })
    const events = await collect(orchestrator.streamModel(chain))
    const texts = events.flatMap((event) => (event.type === 'text' ? [event.text] : []))
    expect(texts.join('').split(' ')).toHaveLength(4)
    expect(events.at(-1)).toMatchObject({
      type: 'incomplete',
      content: texts.join(''),
      model: 'gpt-4o',
      error: { kind: 'incomplete' },
    })
    expect(await simulator.requests(apiKey)).toHaveLength(1)
  })

  test('what another model answered is not kept as the answer of the model asked for', async ({
    orchestrator,
    mockApiResponses,
  }) => {
    await mockApiResponses.overloaded({ modelId: 'gpt-4o' })
    expect((await orchestrator.callModel(chain)).model).toBe('claude-sonnet-4-5')
    expect(await orchestrator.callModel(chain)).toMatchObject({ model: 'gpt-4o', cached: false })
  })
})

describe('with a generous budget', () => {
  test.override('orchestratorOptions', (): OrchestratorOptions => ({ budget: { limitNanoDollars: oneDollar } }))

  test('the books of ledger, budget and result agree over many calls', async ({ orchestrator }) => {
    const results: CallResult[] = []
    for (const modelId of ['gpt-4o', 'gpt-4o-mini', 'claude-haiku-4-5', 'codellama:34b']) {
      results.push(await orchestrator.callModel({ ...ask, modelId, sessionId: 'books' }))
    }
    const sum = results.reduce((total, result) => total + result.costNanoDollars, 0)
    const byModel = Object.values(orchestrator.ledger.byModel()).reduce(
      (total, part) => total + part.costNanoDollars,
      0,
    )
    expect(orchestrator.budget!.spentNanoDollars).toBe(sum)
    expect(orchestrator.ledger.session('books').costNanoDollars).toBe(sum)
    expect(byModel).toBe(sum)
  })
})
