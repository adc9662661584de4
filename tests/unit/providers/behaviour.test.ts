import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../fixtures/providers/clock.ts'
import { embed, toBase64 } from '../../../fixtures/providers/embedding.ts'
import { generateAnswer } from '../../../fixtures/providers/generate-answer.ts'
import type { Inference } from '../../../fixtures/providers/inference.ts'
import { modelPhysics, parametersFromName } from '../../../fixtures/providers/model-physics.ts'
import { readKeepAlive } from '../../../fixtures/providers/ollama-dialect.ts'
import { goDuration } from '../../../fixtures/providers/openai-dialect.ts'
import { createPromptCache } from '../../../fixtures/providers/prompt-cache.ts'
import type { ProviderReply } from '../../../fixtures/providers/provider-request.ts'
import { createResidency } from '../../../fixtures/providers/residency.ts'
import type { BehaviourInput } from '../../../fixtures/providers/scenario.ts'
import { createRandom } from '../../../fixtures/providers/seeded-random.ts'
import { createServerPool } from '../../../fixtures/providers/server-pool.ts'
import { createSimulatedProviders } from '../../../fixtures/providers/simulated-providers.ts'
import { createTokenBucket } from '../../../fixtures/providers/token-bucket.ts'
import { createVirtualClock } from '../../../fixtures/providers/virtual-clock.ts'

fc.configureGlobal({ seed: 20_260 })

describe('createVirtualClock()', () => {
  test('fires callbacks in order of their instants, equal ones as scheduled, and skips cancelled ones', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ delay: fc.integer({ min: 0, max: 9 }), cancel: fc.boolean() })),
        async (plan) => {
          const clock = createVirtualClock()
          const fired: number[] = []
          for (const [index, { delay, cancel }] of plan.entries()) {
            const undo = clock.schedule(delay, () => fired.push(index))
            if (cancel) undo()
          }
          await clock.run()
          const expected = plan
            .map(({ delay, cancel }, index) => ({ delay, cancel, index }))
            .filter(({ cancel }) => !cancel)
            .toSorted((a, b) => a.delay - b.delay)
          expect(fired).toEqual(expected.map(({ index }) => index))
        },
      ),
      { numRuns: 30 },
    )
  })

  test('stops at the instant asked for and goes on from there', async () => {
    const clock = createVirtualClock(100)
    let fired = 0
    clock.schedule(50, () => fired++)
    await clock.run(120)
    expect([clock.now(), fired]).toEqual([120, 0])
    await clock.run(200)
    expect([clock.now(), fired]).toEqual([200, 1])
  })
})

test('the system clock tells the time of day and cancels what it scheduled', async () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000)
  let fired = false
  const cancel = systemClock.schedule(0, () => {
    fired = true
  })
  cancel()
  await new Promise<void>((resolve) => systemClock.schedule(1, resolve))
  expect(fired).toBe(false)
})

describe('createTokenBucket()', () => {
  test('never gives out more than its capacity and the refill since', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 400 }), amount: fc.integer({ min: 1, max: 60 }) })),
        (capacity, requests) => {
          const bucket = createTokenBucket(capacity, 1_000, 0)
          let now = 0
          let taken = 0
          for (const { afterMs, amount } of requests) {
            now += afterMs
            const before = bucket.remaining(now)
            const got = bucket.take(amount, now)
            expect(got).toBe(before >= Math.min(amount, capacity))
            if (got) taken += amount
          }
          // A single request above the capacity passes a full bucket and leaves a debt of at most its excess.
          expect(taken).toBeLessThanOrEqual(capacity + (capacity * now) / 1_000 + 60)
        },
      ),
    )
  })

  test('says how long to wait, and keeps that promise', () => {
    const bucket = createTokenBucket(10, 1_000, 0)
    bucket.charge(12, 0)
    expect(bucket.remaining(0)).toBe(0)
    const wait = bucket.msUntil(3, 0)
    expect(wait).toBe(500)
    expect(bucket.take(3, wait - 1)).toBe(false)
    expect(bucket.take(3, wait)).toBe(true)
  })
})

describe('createServerPool()', () => {
  test('serves in the order of arrival and lets those in the queue leave', async () => {
    const pool = createServerPool(1, 2)
    const stay = new AbortController().signal
    const leaver = new AbortController()
    const release = (await pool.acquire(stay))!
    const order: string[] = []
    const impatient = pool.acquire(leaver.signal)
    const second = Promise.resolve(pool.acquire(stay)).then((free) => {
      order.push('second')
      free!()
    })
    expect(pool.acquire(stay)).toBeUndefined()
    leaver.abort(new Error('left'))
    await expect(impatient).rejects.toThrow('left')
    const third = Promise.resolve(pool.acquire(stay)).then((free) => {
      order.push('third')
      free!()
    })
    expect([pool.busy, pool.waiting]).toEqual([1, 2])
    release()
    release()
    await Promise.all([second, third])
    expect(order).toEqual(['second', 'third'])
    expect([pool.busy, pool.waiting]).toEqual([0, 0])
  })
})

describe('createResidency()', () => {
  const make = (limits = { maxLoadedModels: 2, memoryMb: 100 }) => {
    const clock = createVirtualClock()
    const unloaded: string[] = []
    const end = new AbortController()
    const residency = createResidency(clock, limits, end.signal, (name) => unloaded.push(name))
    return { clock, unloaded, residency, end, names: () => residency.resident().map((model) => model.name) }
  }
  const need = { sizeMb: 40, loadMs: 10 }

  test('loads a model once for all who wait for it', async () => {
    const { clock, residency } = make()
    const loads = Promise.all([residency.hold('a', need), residency.hold('a', need)])
    await clock.run()
    expect(await loads).toEqual([10, 10])
    expect(await residency.hold('a', need)).toBe(0)
  })

  test('evicts the idle model that would expire first, and never one at work', async () => {
    const { clock, residency, unloaded, names } = make()
    const all = Promise.all([residency.hold('a', need), residency.hold('b', need)])
    await clock.run()
    await all
    const third = residency.hold('c', need)
    await clock.run()
    expect(names()).toEqual(['a', 'b'])
    residency.letGo('b', 1_000)
    await clock.run()
    await third
    expect(unloaded).toEqual(['b'])
    expect(names()).toEqual(['a', 'c'])
  })

  test('drops a model when its time is over, keeps one for ever, and unloads one at once', async () => {
    const { clock, residency, names } = make({ maxLoadedModels: 3, memoryMb: 200 })
    const holds = Promise.all(['a', 'b', 'c'].map((name) => residency.hold(name, need)))
    await clock.run()
    await holds
    residency.letGo('a', 50)
    residency.letGo('b', -1)
    residency.letGo('c', 0)
    expect(names()).toEqual(['a', 'b'])
    await clock.run(clock.now() + 51)
    expect(names()).toEqual(['b'])
    expect(residency.resident()[0]!.expiresAt).toBe(Number.POSITIVE_INFINITY)
    residency.letGo('never held', 0)
  })

  test('keeps a model at work in memory until the last who holds it lets it go', async () => {
    const { clock, residency, names } = make()
    const holds = Promise.all([residency.hold('a', need), residency.hold('a', need)])
    await clock.run()
    await holds
    residency.letGo('a', 0)
    expect(names()).toEqual(['a'])
    residency.letGo('a', 0)
    expect(names()).toEqual([])
  })

  test('refuses a model larger than the memory, and gives up waiting at the end', async () => {
    const { clock, residency, end } = make({ maxLoadedModels: 1, memoryMb: 100 })
    await expect(residency.hold('huge', { sizeMb: 101, loadMs: 1 })).rejects.toThrow('needs 101 MB, there are 100 MB')
    const first = residency.hold('a', need)
    await clock.run()
    await first
    const second = residency.hold('b', need)
    await clock.run()
    end.abort(new Error('closed'))
    await expect(second).rejects.toThrow('closed')
  })
})

test('createPromptCache() finds the longest shared beginning and forgets the oldest', () => {
  const cache = createPromptCache(2)
  expect(cache.shared('abc')).toBe(0)
  cache.remember('abcd')
  cache.remember('abx')
  expect(cache.shared('abcz')).toBe(3)
  cache.remember('abcdef')
  cache.remember('q')
  expect(cache.shared('abcdef')).toBe(6)
  expect(cache.shared('abx')).toBe(2)
  cache.clear()
  expect(cache.shared('q')).toBe(0)
})

describe('modelPhysics()', () => {
  test('reads the size of a model from its name', () => {
    expect(
      ['codellama:34b', 'deepseek-r1-70b', 'llama3.2:1.5b-q4', 'gpt-4o', 'phi3b12'].map(parametersFromName),
    ).toEqual([34, 70, 1.5, undefined, undefined])
  })

  test('makes larger local models slower to load, read and write', () => {
    const small = modelPhysics('ollama', 'm:7b', {})
    const large = modelPhysics('ollama', 'm:70b', {})
    for (const key of ['loadMs', 'prefillMsPerToken', 'decodeMsPerToken', 'sizeMb'] as const) {
      expect(large[key] / small[key]).toBeCloseTo(10, 6)
    }
  })

  test('agrees with a data sheet: 70 billion weights of 4.89 bits at 1008 GB/s take 42 ms a token', () => {
    const physics = modelPhysics('ollama', 'm:70b', { hardware: { memoryBandwidthGbPerS: 1_008 } })
    expect(physics.decodeMsPerToken).toBeCloseTo(42.4, 1)
  })

  test('takes the word of the scenario before its own, the model before the defaults', () => {
    const scenario = { defaults: { servers: 3, sizeMb: 10 }, models: { a: { servers: 5 } } }
    expect(modelPhysics('ollama', 'a', scenario)).toMatchObject({ servers: 5, sizeMb: 10 })
    expect(modelPhysics('openai', 'b', scenario)).toMatchObject({ servers: 3, loadMs: 0 })
  })
})

test('goDuration() writes durations as Go does', () => {
  expect([0, 12, 999.2, 1_000, 1_500, 360_000, 3_723_000].map(goDuration)).toEqual([
    '0s',
    '12ms',
    '1s',
    '1s',
    '1.5s',
    '6m0s',
    '1h2m3s',
  ])
})

test('readKeepAlive() reads seconds and Go durations', () => {
  expect([undefined, 0, 30, -1, '5m', '1h30m', '1.5s', '-1s', '10'].map(readKeepAlive)).toEqual([
    undefined,
    0,
    30_000,
    -1,
    300_000,
    5_400_000,
    1_500,
    -1,
    10_000,
  ])
  for (const wrong of ['soon', '5 m', true]) expect(() => readKeepAlive(wrong)).toThrow('invalid duration')
})

test('embed() gives unit vectors that base64 carries exactly', () => {
  const vector = embed('a text', 16, 'seed')
  expect(Math.hypot(...vector)).toBeCloseTo(1, 12)
  const bytes = Buffer.from(toBase64(vector), 'base64')
  const decoded = Array.from({ length: 16 }, (_, index) => bytes.readFloatLE(index * 4))
  expect(decoded).toEqual(vector.map(Math.fround))
})

test('createRandom() is uniform enough and repeats', () => {
  const draws = (seed: number | string) => {
    const random = createRandom(seed)
    return Array.from({ length: 5_000 }, () => random.next())
  }
  expect(draws('a')).toEqual(draws('a'))
  expect(draws(1)).not.toEqual(draws(2))
  const mean = draws(3).reduce((sum, draw) => sum + draw, 0) / 5_000
  expect(mean).toBeGreaterThan(0.48)
  expect(mean).toBeLessThan(0.52)
})

describe('generateAnswer()', () => {
  const inference: Inference = {
    model: 'm',
    prompt: 'user: x\n',
    inputTokens: 2,
    lastMessage: 'x',
    answersTool: false,
    maxOutputTokens: undefined,
    stop: [],
    stream: false,
    tools: [],
    toolChoice: 'auto',
    json: undefined,
    think: false,
    choices: 1,
    includeUsage: false,
    cachedPart: undefined,
    keepAliveMs: undefined,
    loadOnly: false,
  }
  const length = { outputTokens: 30, reasoningTokens: 5 }

  test('gives any scripted text back word for word, whatever its white space', () => {
    fc.assert(
      fc.property(fc.string(), (content) => {
        const answer = generateAnswer(inference, length, '1', { content })
        expect(answer.text).toBe(content)
        expect(answer.units.map((unit) => unit.text).join('')).toBe(content)
      }),
    )
  })

  test('never exceeds the limit, reasoning included, and says so', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.boolean(), (maxOutputTokens, think) => {
        const answer = generateAnswer({ ...inference, maxOutputTokens, think }, length, '1')
        expect(answer.units.length).toBeLessThanOrEqual(maxOutputTokens)
        expect(answer.finish).toBe(maxOutputTokens < 30 + (think ? 5 : 0) ? 'length' : 'stop')
      }),
    )
  })

  test('ends before the first stop sequence', () => {
    const answer = generateAnswer({ ...inference, stop: ['', 'three', 'two'] }, length, '1', {
      content: 'one two three',
    })
    expect([answer.text, answer.finish, answer.stopSequence]).toEqual(['one ', 'stop_sequence', 'two'])
  })

  test('fills the common part of JSON Schema', () => {
    const schema = {
      type: 'object',
      properties: {
        fixed: { const: 7 },
        choice: { enum: ['a', 'b'] },
        either: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
        one: { oneOf: [{ type: 'null' }] },
        list: { type: 'array', items: { type: 'integer', minimum: 3 }, minItems: 2 },
        short: { type: 'array', items: { type: ['string', 'null'] } },
        number: { type: 'number' },
        open: true,
      },
    }
    const value = JSON.parse(generateAnswer({ ...inference, json: schema }, length, '1').text)
    expect(value).toEqual({
      fixed: 7,
      choice: expect.stringMatching(/^[ab]$/),
      either: expect.any(Boolean),
      one: null,
      list: [3, 3],
      short: [expect.any(String)],
      number: expect.any(Number),
      open: {},
    })
  })

  test('calls the tool the script, the request or the message asks for', () => {
    const tools = [
      { name: 'search', parameters: { type: 'array' } },
      { name: 'add', parameters: {} },
    ]
    const called = (more: Partial<Inference>, reply?: Parameters<typeof generateAnswer>[3]) =>
      generateAnswer({ ...inference, tools, ...more }, length, '1', reply).toolCalls.map((call) => call.name)
    expect(called({})).toEqual([])
    expect(called({ lastMessage: 'please add' })).toEqual(['add'])
    expect(called({ toolChoice: 'required' })).toEqual(['search'])
    expect(called({ toolChoice: { name: 'add' } })).toEqual(['add'])
    expect(called({ toolChoice: 'none', lastMessage: 'add' })).toEqual([])
    expect(called({ answersTool: true, lastMessage: 'add' })).toEqual([])
    expect(called({}, { toolCalls: [{ name: 'other', arguments: {} }] })).toEqual(['other'])
  })
})

describe('createSimulatedProviders()', () => {
  const body = (model: string, more: object = {}) =>
    JSON.stringify({ model, messages: [{ role: 'user', content: 'x' }], ...more })
  const request = (path: string, text: string, headers: Record<string, string> = {}) => ({
    method: 'POST',
    path,
    headers: { authorization: 'Bearer k', 'anthropic-version': '2023-06-01', ...headers },
    body: text,
  })
  const answered = (reply: ProviderReply) => {
    if (reply.kind !== 'response') throw new Error('no answer')
    return { status: reply.status, headers: reply.headers, body: JSON.parse(reply.body as string) }
  }

  test('takes exactly the time that queue, load, prefill and decode take', async () => {
    const clock = createVirtualClock()
    const scenario: BehaviourInput = {
      providers: {
        ollama: {
          defaults: { servers: 1, loadMs: 300, prefillMsPerToken: 2, decodeMsPerToken: 10, sizeMb: 1 },
        },
      },
    }
    const simulator = createSimulatedProviders({ clock, scenario })
    const ask = () => simulator.handle(request('/api/chat', body('m', { stream: false, options: { num_predict: 5 } })))
    const replies = [ask(), ask()]
    await clock.run()
    const [first, second] = (await Promise.all(replies)).map((reply) => answered(reply).body)
    const ms = 1e6
    expect(first).toMatchObject({ load_duration: 300 * ms, prompt_eval_count: 2, prompt_eval_duration: 4 * ms })
    expect(first).toMatchObject({ eval_count: 5, eval_duration: 50 * ms, total_duration: 354 * ms })
    // The second waits for the first, then finds the model loaded and its prompt in the cache.
    expect(second.total_duration).toBe((354 + 50) * ms)
    expect(second).not.toHaveProperty('load_duration')
    expect(second).not.toHaveProperty('prompt_eval_count')
    const records = simulator.requests('k')
    expect(records.map((record) => record.queueMs)).toEqual([0, 354])
    expect(records.map((record) => record.totalMs)).toEqual([354, 404])
  })

  test('keeps a part that a client has cached for five minutes after its last use', async () => {
    const clock = createVirtualClock()
    const simulator = createSimulatedProviders({ clock })
    const system = [{ type: 'text', text: 'A rule to keep. '.repeat(300), cache_control: { type: 'ephemeral' } }]
    const ask = async () => {
      const reply = simulator.handle(request('/v1/messages', body('claude-haiku-4-5', { max_tokens: 5, system })))
      await clock.run()
      const { usage } = answered(await reply).body
      return { read: usage.cache_read_input_tokens > 0, written: usage.cache_creation_input_tokens > 0 }
    }
    expect(await ask()).toEqual({ read: false, written: true })
    await clock.run(clock.now() + 290_000)
    expect(await ask()).toEqual({ read: true, written: false })
    await clock.run(clock.now() + 290_000)
    expect(await ask()).toEqual({ read: true, written: false })
    await clock.run(clock.now() + 300_001)
    expect(await ask()).toEqual({ read: false, written: true })
  })

  test('hides the reasoning of an OpenAI stream, but counts it', async () => {
    const simulator = createSimulatedProviders({
      scenario: { providers: { openai: { defaults: { outputTokens: 3, reasoningTokens: 4 } } } },
    })
    const ask = body('o3', { stream: true, stream_options: { include_usage: true }, reasoning_effort: 'low' })
    const reply = await simulator.handle(request('/v1/chat/completions', ask))
    if (reply.kind !== 'response' || typeof reply.body === 'string') throw new Error('no stream')
    let text = ''
    for await (const part of reply.body) text += part
    const events = text.match(/(?<=^data: )\{.*/gm)!.map((line) => JSON.parse(line))
    expect(events.filter(({ choices }) => choices[0]?.delta.content)).toHaveLength(3)
    expect(events.at(-1).usage).toMatchObject({
      completion_tokens: 7,
      completion_tokens_details: { reasoning_tokens: 4 },
    })
  })

  test('says what embeds texts and what talks', async () => {
    const capabilitiesOf = async (model: string) =>
      answered(await createSimulatedProviders().handle(request('/api/show', JSON.stringify({ model })))).body
        .capabilities
    expect(await capabilitiesOf('nomic-embed-text')).toEqual(['embedding'])
    expect(await capabilitiesOf('mistral:7b')).toEqual(['completion', 'tools'])
  })

  test.for([
    [null, 'null'],
    [[1], 'an array'],
    [{ a: 1 }, 'an object'],
    [5, 'a number'],
  ] as const)('says of texts to embed that are %j that they are %s', async ([input, kind]) => {
    const sent = JSON.stringify({ model: 'm', input })
    const { status, body } = answered(await createSimulatedProviders().handle(request('/api/embed', sent)))
    expect([status, body.error]).toEqual([400, expect.stringContaining(`but got ${kind} instead`)])
  })

  test('times each token of a stream, and the first byte by the first token', async () => {
    const clock = createVirtualClock()
    const scenario: BehaviourInput = {
      timeScale: 2,
      providers: { openai: { defaults: { prefillMsPerToken: 0, decodeMsPerToken: 5 } } },
    }
    const simulator = createSimulatedProviders({ clock, scenario })
    const arrivals: number[] = []
    const reading = (async () => {
      const reply = await simulator.handle(
        request('/v1/chat/completions', body('m', { stream: true, max_tokens: 3 }), {
          'x-simulator': '{"delayMs":100}',
        }),
      )
      expect(clock.now()).toBe(110)
      if (reply.kind !== 'response' || typeof reply.body === 'string') throw new Error('no stream')
      for await (const _ of reply.body) arrivals.push(clock.now())
    })()
    await clock.run()
    await reading
    expect(arrivals).toEqual([110, 120, 130])
  })

  test('slows the first byte by what the failure says', async () => {
    const clock = createVirtualClock()
    const simulator = createSimulatedProviders({ clock, scenario: { timeScale: 0 } })
    const reply = simulator.handle(
      request('/v1/chat/completions', body('m'), { 'x-simulator': '{"fail":{"kind":"slow","delayMs":70}}' }),
    )
    await clock.run()
    expect(answered(await reply).headers['x-simulator-service-ms']).toBe('70.000')
  })

  test('bills a long repeated prompt of OpenAI as cached, in steps of 128 tokens', async () => {
    const simulator = createSimulatedProviders()
    const messages = [{ role: 'user', content: 'fact '.repeat(1_500) }]
    const usage = async () =>
      answered(await simulator.handle(request('/v1/chat/completions', body('m', { messages })))).body.usage
    expect((await usage()).prompt_tokens_details.cached_tokens).toBe(0)
    const cached = (await usage()).prompt_tokens_details.cached_tokens
    expect(cached).toBeGreaterThan(1_024)
    expect(cached % 128).toBe(0)
  })

  test('turns Anthropic requests away once the output tokens are used up', async () => {
    const scenario: BehaviourInput = {
      providers: { anthropic: { rateLimit: { outputTokens: 5, windowMs: 3_600_000 } } },
    }
    const simulator = createSimulatedProviders({ scenario })
    const ask = async () => answered(await simulator.handle(request('/v1/messages', body('m', { max_tokens: 5 }))))
    expect((await ask()).status).toBe(200)
    const second = await ask()
    expect([second.status, second.body.error.type]).toEqual([429, 'rate_limit_error'])
    expect(second.headers['anthropic-ratelimit-output-tokens-remaining']).toBe('0')
  })

  test('admits again once the window has moved on', async () => {
    const clock = createVirtualClock(Date.UTC(2026, 0, 1))
    const scenario: BehaviourInput = {
      timeScale: 0,
      providers: { openai: { rateLimit: { requests: 1, windowMs: 100 } } },
    }
    const simulator = createSimulatedProviders({ clock, scenario })
    const ask = async () => answered(await simulator.handle(request('/v1/chat/completions', body('m'))))
    expect((await ask()).status).toBe(200)
    const refused = await ask()
    expect([refused.status, refused.headers['retry-after-ms'], refused.headers['retry-after']]).toEqual([
      429,
      '100',
      '1',
    ])
    await clock.run(clock.now() + 100)
    expect((await ask()).status).toBe(200)
  })

  test('accepts only the API keys of the scenario, if it names any', async () => {
    const scenario: BehaviourInput = {
      providers: { openai: { apiKeys: ['right'] }, anthropic: { apiKeys: ['right'] } },
    }
    const simulator = createSimulatedProviders({ scenario })
    const status = async (path: string, headers: Record<string, string>) =>
      answered(await simulator.handle(request(path, body('m', { max_tokens: 1 }), headers)))
    expect((await status('/v1/chat/completions', { authorization: 'Bearer right' })).status).toBe(200)
    const wrong = await status('/v1/chat/completions', { authorization: 'Bearer sk-secret-key' })
    expect(wrong.body.error).toMatchObject({
      code: 'invalid_api_key',
      message: 'Incorrect API key provided: sk-s*****-key.',
    })
    expect((await status('/v1/chat/completions', { authorization: 'Bearer short' })).body.error.message).toContain(
      ': *****.',
    )
    expect((await status('/v1/messages', { 'x-api-key': 'wrong' })).body.error.type).toBe('authentication_error')
  })

  test('serves only the models a strict scenario names', async () => {
    const scenario: BehaviourInput = {
      providers: {
        openai: { strict: true, models: { only: {} } },
        anthropic: { strict: true },
        ollama: { strict: true },
      },
    }
    const simulator = createSimulatedProviders({ scenario })
    const ask = async (path: string, model: string) =>
      answered(await simulator.handle(request(path, body(model, { max_tokens: 1, input: 'x' }))))
    expect((await ask('/v1/chat/completions', 'only')).status).toBe(200)
    expect((await ask('/v1/chat/completions', 'other')).body.error.code).toBe('model_not_found')
    expect((await ask('/v1/embeddings', 'other')).status).toBe(404)
    expect((await ask('/v1/messages', 'other')).body.error).toEqual({
      type: 'not_found_error',
      message: 'model: other',
    })
    expect((await ask('/api/chat', 'other')).body).toEqual({ error: "model 'other' not found" })
  })

  test('refuses a model that does not fit in memory, in the words of Ollama', async () => {
    const simulator = createSimulatedProviders({ scenario: { providers: { ollama: { memoryMb: 8_000 } } } })
    const reply = answered(await simulator.handle(request('/api/chat', body('m:70b', { stream: false }))))
    expect(reply.status).toBe(500)
    expect(reply.body.error).toBe('model requires more system memory (39.8 GiB) than is available (7.5 GiB)')
    expect((await simulator.handle(request('/api/chat', body('m:7b', { stream: false })))).kind).toBe('response')
  })

  test('embeds slowly where service times are exponential', async () => {
    const clock = createVirtualClock()
    const defaults = { serviceTime: 'exponential', prefillMsPerToken: 1 } as const
    const simulator = createSimulatedProviders({ clock, scenario: { providers: { openai: { defaults } } } })
    const reply = simulator.handle(request('/v1/embeddings', body('e', { input: 'some words to embed' })))
    await clock.run()
    expect(Number(answered(await reply).headers['x-simulator-service-ms'])).toBeGreaterThan(0)
  })

  test('follows the behaviour a scenario gives to a key', async () => {
    const simulator = createSimulatedProviders({ scenario: { seed: 9, keys: { k: { script: ['409'] } } } })
    const ask = () => simulator.handle(request('/v1/chat/completions', body('m')))
    expect(answered(await ask()).status).toBe(409)
    expect(answered(await ask()).status).toBe(200)
  })

  test('forgets the world longest unused when there are too many', async () => {
    const simulator = createSimulatedProviders({ scenario: { timeScale: 0 } })
    for (let key = 0; key <= 1_000; key++) {
      await simulator.handle(request('/v1/chat/completions', body('m'), { authorization: `Bearer ${key}` }))
    }
    expect(simulator.requests('0')).toEqual([])
    expect(simulator.requests('1')).toHaveLength(1)
  })

  test('keeps the latest requests only', async () => {
    const simulator = createSimulatedProviders({ scenario: { timeScale: 0 } })
    for (let count = 0; count < 4_000; count++) await simulator.handle(request('/api/version', ''))
    expect(simulator.requests('k').length).toBeLessThan(4_000)
  })

  test('ends every request when it is closed, and serves none afterwards', async () => {
    const clock = createVirtualClock()
    const simulator = createSimulatedProviders({
      clock,
      scenario: { providers: { openai: { defaults: { servers: 1 } } } },
    })
    const hanging = [
      simulator.handle(request('/v1/chat/completions', body('m'), { 'x-simulator': '{"fail":"timeout"}' })),
      simulator.handle(request('/v1/chat/completions', body('m'), { 'x-simulator': '{"delayMs":1000}' })),
      simulator.handle(request('/v1/chat/completions', body('m'))),
      simulator.handle(request('/api/chat', body('m:7b'))),
    ]
    simulator.close()
    const gone = { kind: 'disconnect', how: 'reset' }
    expect(await Promise.all(hanging)).toEqual([gone, gone, gone, gone])
    expect(simulator.requests('k').map((record) => record.outcome)).toEqual(Array(4).fill('cancelled'))
    expect(await simulator.handle(request('/api/version', ''))).toEqual({ kind: 'disconnect', how: 'refused' })
  })

  test('does not start on a request whose client has left already', async () => {
    const simulator = createSimulatedProviders()
    const reply = simulator.handle({ ...request('/v1/chat/completions', body('m')), signal: AbortSignal.abort() })
    expect(await reply).toEqual({ kind: 'disconnect', how: 'reset' })
  })

  test('explains its own address space', async () => {
    const simulator = createSimulatedProviders()
    const ask = async (method: string, path: string, text = '') =>
      answered(await simulator.handle({ method, path, headers: {}, body: text }))
    expect((await ask('GET', '/simulator')).body).toEqual({ simulator: 'vitest-verdict', ok: true })
    expect((await ask('GET', '/simulator/nothing')).status).toBe(404)
    expect((await ask('GET', '/simulator/keys/k/nothing')).status).toBe(404)
    expect((await ask('POST', '/simulator/keys/k')).status).toBe(405)
    expect((await ask('PATCH', '/simulator/keys/k', '{"script":["503"]}')).status).toBe(200)
    expect((await ask('PUT', '/simulator/keys/k', '{')).status).toBe(400)
    expect((await ask('PUT', '/simulator/keys/k', '{"timeScale":-1}')).body.error).toMatch('the behaviour of key "k"')
    expect((await ask('PUT', '/simulator/keys/k', '{"timeScale":1}')).status).toBe(200)
    expect((await ask('DELETE', '/simulator/keys/k')).status).toBe(200)
  })
})
