import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failureStatuses } from '../../../fixtures/providers/failure.ts'
import type { Carrier } from './carrier.ts'
import { type Call, transcribe } from './transcript.ts'

const messages = [{ role: 'user', content: 'Say hello to the weather' }]
const weatherSchema = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1 }, unit: { enum: ['C', 'F'] } },
  required: ['city'],
}
const openaiTool = { type: 'function', function: { name: 'get_weather', parameters: weatherSchema } }
const anthropicTool = { name: 'get_weather', input_schema: weatherSchema }
const askWeather = [{ role: 'user', content: 'Call get_weather for Bern' }]

const openai = (key: string, more: Record<string, string> = {}) => ({ authorization: `Bearer ${key}`, ...more })
const anthropic = (key: string, more: Record<string, string> = {}) => ({
  'x-api-key': key,
  'anthropic-version': '2023-06-01',
  ...more,
})
const saying = (content: string) => ({ 'x-simulator': JSON.stringify({ content }) })
const failing = (fail: unknown) => ({ 'x-simulator': JSON.stringify({ fail }) })

const chat = '/v1/chat/completions'

function openaiCalls(key: string): Call[] {
  const headers = openai(key)
  const ask = (more: object, extra: Record<string, string> = {}): Call => ({
    path: chat,
    headers: { ...headers, ...extra },
    body: { model: 'gpt-4o', messages, max_tokens: 6, ...more },
  })
  return [
    ask({}),
    ask({ stream: true }),
    ask({ stream: true, stream_options: { include_usage: true } }),
    ask({ n: 2 }),
    ask({ stop: ['three', 'four'] }, saying('one two three four')),
    ask({ stop: 'two', stream: true }, saying('one two three four')),
    ask({ messages: askWeather, tools: [openaiTool] }),
    ask({ messages: askWeather, tools: [openaiTool], stream: true }),
    ask({ tools: [openaiTool], tool_choice: 'required' }),
    ask({ tools: [openaiTool], tool_choice: { type: 'function', function: { name: 'get_weather' } } }),
    ask({ max_tokens: 40, response_format: { type: 'json_object' } }),
    ask({ max_tokens: 40, response_format: { type: 'json_schema', json_schema: { schema: weatherSchema } } }),
    ask({ max_tokens: 40, reasoning_effort: 'low' }),
    { path: '/v1/models', headers },
    { path: '/v1/models/gpt-4o', headers },
    { path: '/v1/embeddings', headers, body: { model: 'text-embedding-3-small', input: 'one', dimensions: 4 } },
    {
      path: '/v1/embeddings',
      headers,
      body: { model: 'text-embedding-3-small', input: ['one', 'two'], dimensions: 4, encoding_format: 'base64' },
    },
    ask({ messages: [{ role: 'user', content: [{ type: 'text', text: 'See' }, { type: 'image_url' }] }] }),
    ask({
      messages: [
        ...messages,
        { role: 'assistant', content: null, tool_calls: [{ id: 'c' }] },
        { role: 'tool', content: '12 C' },
      ],
    }),
    ask({ response_format: { type: 'text' }, tool_choice: 'none', tools: [openaiTool] }),
    { path: '/v1/embeddings', headers, body: { model: 'text-embedding-3-small', input: 7 } },
    { path: '/v1/embeddings', headers, body: { input: 'one' } },
    { path: '/v1/models/none%20such', headers },
    { path: '/v1/nothing', headers, body: {} },
    { path: chat, headers: { 'x-simulator-key': key }, body: { model: 'gpt-4o', messages } },
    { path: chat, headers, body: 'not JSON' },
    ask({ model: undefined }),
    ask({ messages: undefined }),
    ask({ messages: 'hello' }),
    ask({ messages: [] }),
    ask({ messages: [7] }),
    ask({ messages: [{ content: 'x' }] }),
    ask({ messages: [{ role: 'robot', content: 'x' }] }),
    ask({ max_tokens: 0 }),
    ask({ max_tokens: 'many' }),
    ask({ n: 0 }),
    ask({ tools: [{}] }),
    ask({ tool_choice: { type: 'function', function: { name: 'none' } } }),
    ask({ max_tokens: 200_000 }),
    ask({}, { 'x-simulator': '{"fail":"nonsense"}' }),
    ask({ stream: true }, failing('stream-error')),
    ask({}, failing('stream-error')),
    ask({ stream: true }, failing('malformed')),
    ask({}, failing('malformed')),
    ask({}, failing('insufficient_quota')),
    ask({}, failing('context_length_exceeded')),
    ask({}, failing({ kind: 'status', status: 429, retryAfterMs: 250 })),
    ...failureStatuses.map((status) => ask({}, failing(String(status)))),
  ]
}

function anthropicCalls(key: string): Call[] {
  const headers = anthropic(key)
  const ask = (more: object, extra: Record<string, string> = {}): Call => ({
    path: '/v1/messages',
    headers: { ...headers, ...extra },
    body: { model: 'claude-sonnet-4-6', messages, max_tokens: 6, ...more },
  })
  const longText = { type: 'text', text: 'A rule to keep. '.repeat(300), cache_control: { type: 'ephemeral' } }
  return [
    ask({}),
    ask({ stream: true }),
    ask({ stop_sequences: ['three'] }, saying('one two three four')),
    ask({ max_tokens: 60, messages: askWeather, tools: [anthropicTool] }),
    ask({ max_tokens: 60, messages: askWeather, tools: [anthropicTool], stream: true }),
    ask({ tools: [anthropicTool], tool_choice: { type: 'any' } }),
    ask({ tools: [anthropicTool], tool_choice: { type: 'tool', name: 'get_weather' } }),
    ask({ max_tokens: 20, thinking: { type: 'enabled', budget_tokens: 1024 } }),
    ask({ max_tokens: 20, thinking: { type: 'enabled', budget_tokens: 1024 }, stream: true }),
    ask({
      messages: [
        ...askWeather,
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Bern' } }],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: '12 C' }] },
      ],
      tools: [anthropicTool],
    }),
    ask({ max_tokens: 40, output_config: { format: { type: 'json_schema', schema: weatherSchema } } }),
    ask({ system: [longText] }),
    ask({ system: [longText] }),
    { path: '/v1/messages/count_tokens', headers, body: { model: 'claude-sonnet-4-6', messages } },
    { path: '/v1/models', headers },
    { path: '/v1/models/claude-haiku-4-5', headers },
    { path: '/v1/messages/batches', headers, body: {} },
    ask({ system: [{ type: 'text', text: 'Short.', cache_control: { type: 'ephemeral' } }] }),
    ask({ tools: [{ ...anthropicTool, cache_control: { type: 'ephemeral' } }], tool_choice: { type: 'none' } }),
    ask({ messages: [{ role: 'user', content: [longText] }] }),
    ask({
      messages: [{ role: 'user', content: [{ type: 'text', text: 'See' }, { type: 'image', source: {} }, 'odd'] }],
    }),
    {
      path: '/v1/messages',
      headers: { 'anthropic-version': '2023-06-01', 'x-simulator-key': key },
      body: { model: 'claude', messages },
    },
    { path: '/v1/messages', headers: { 'x-api-key': key }, body: { model: 'claude', messages } },
    { path: '/v1/messages', headers, body: '{' },
    ask({ model: undefined }),
    ask({ max_tokens: undefined }),
    ask({ max_tokens: 0 }),
    ask({ messages: undefined }),
    ask({ messages: [] }),
    ask({ messages: [{ role: 'system', content: 'x' }] }),
    ask({ messages: [{ role: 'user' }] }),
    ask({ messages: [{ role: 'user', content: '' }] }),
    ask({ messages: ['x'] }),
    ask({ tools: [{}] }),
    ask({ tools: [anthropicTool], tool_choice: { type: 'tool', name: 'none' } }),
    ask({ messages: [{ role: 'user', content: 'word '.repeat(170_000) }] }),
    ask({ stream: true }, failing('stream-error')),
    ask({ stream: true }, failing('malformed')),
    ask({}, failing('insufficient_quota')),
    ask({}, failing('context_length_exceeded')),
    ...failureStatuses.map((status) => ask({}, failing(String(status)))),
  ]
}

function ollamaCalls(key: string): Call[] {
  const headers = { authorization: `Bearer ${key}` }
  const ask = (more: object, extra: Record<string, string> = {}): Call => ({
    path: '/api/chat',
    headers: { ...headers, ...extra },
    body: { model: 'codellama:34b', messages, options: { num_predict: 6 }, ...more },
  })
  const generate = (more: object): Call => ({
    path: '/api/generate',
    headers,
    body: { model: 'codellama:34b', ...more },
  })
  return [
    ask({ stream: false }),
    ask({}),
    ask({ messages: askWeather, tools: [openaiTool], stream: false, options: {} }),
    ask({ messages: askWeather, tools: [openaiTool], options: {} }),
    ask({ think: true, stream: false, options: { num_predict: 20 } }),
    ask({ think: true, options: { num_predict: 18 } }),
    ask({ format: 'json', stream: false, options: {} }),
    ask({ format: weatherSchema, stream: false, options: {} }),
    ask({ options: { stop: ['three'] }, stream: false }, saying('one two three four')),
    ask({ messages: [{ role: 'user', content: 'word '.repeat(9_000) }], stream: false }),
    generate({ prompt: 'Say hello', system: 'Be brief', stream: false, options: { num_predict: 4 } }),
    generate({ prompt: 'Say hello', think: true, options: { num_predict: 18 } }),
    ask({
      stream: false,
      messages: [...messages, { role: 'assistant', tool_calls: [{ function: {} }] }, { role: 'tool', content: '12 C' }],
    }),
    ask({ stream: false, options: { num_predict: -1 }, think: 'low', tools: [{}] }),
    ask({ stream: false, messages: null }),
    generate({ stream: false }),
    generate({ stream: false, keep_alive: 0 }),
    generate({}),
    generate({ keep_alive: '0s' }),
    { path: '/api/tags', headers },
    { path: '/api/ps', headers },
    { path: '/api/version', headers },
    { path: '/api/show', headers, body: { model: 'codellama:34b' } },
    { path: '/api/show', headers, body: {} },
    { path: '/api/embed', headers, body: { model: 'nomic-embed-text', input: ['one', 'two'], dimensions: 4 } },
    { path: '/api/embed', headers, body: { model: 'nomic-embed-text', input: { text: 'one' } } },
    { path: '/api/embed', headers, body: { input: 'one' } },
    { path: '/api/nothing', headers, body: {} },
    { path: '/api/show', headers, body: { name: 'own-model' } },
    { path: '/api/generate', headers, body: { model: '7-of-9', prompt: 'x', stream: false, keep_alive: -1 } },
    { path: '/api/ps', headers },
    { path: '/api/chat', headers, body: '[' },
    ask({ model: '' }),
    ask({ messages: 'hello' }),
    ask({ messages: [true] }),
    ask({ messages: [{ role: 'user', content: ['a'] }] }),
    ask({ keep_alive: 'a while' }),
    ask({}, failing('stream-error')),
    ask({}, failing('malformed')),
    ask({}, failing('context_length_exceeded')),
    ask({}, failing({ kind: 'status', status: 503, retryAfterMs: 1_500 })),
    ...failureStatuses.map((status) => ask({}, failing(String(status)))),
  ]
}

/** Everything a carrier has to do; each is held to the same golden transcripts. */
export function describeProviderContract(name: string, start: () => Promise<Carrier> | Carrier): void {
  describe(`the simulated providers over ${name}`, () => {
    let carrier: Carrier
    beforeAll(async () => {
      carrier = await start()
    })
    afterAll(() => carrier.close())

    const post = (key: string, body: object = {}, more: Record<string, string> = {}, signal?: AbortSignal) =>
      carrier.fetch(carrier.origin + chat, {
        method: 'POST',
        headers: openai(key, more),
        body: JSON.stringify({ model: 'gpt-4o', messages, max_tokens: 6, ...body }),
        ...(signal ? { signal } : {}),
      })
    const statuses = async (key: string, count: number) => {
      const seen: number[] = []
      for (let index = 0; index < count; index++) seen.push((await post(key)).status)
      return seen
    }

    test.each([
      ['openai', openaiCalls],
      ['anthropic', anthropicCalls],
      ['ollama', ollamaCalls],
    ] as const)('answer every kind of %s request as the golden transcript says', async (provider, calls) => {
      const parts: string[] = []
      for (const [index, call] of calls(`golden-${provider}`).entries()) {
        parts.push(await transcribe(carrier, call, index === 0))
      }
      await expect(`${parts.join('\n\n────\n\n').replace(/(?:word ){20,}/g, 'word … ')}\n`).toMatchFileSnapshot(
        `golden/${provider}.txt`,
      )
    })

    test('end the connection without an answer when it is refused or reset', async () => {
      await expect(post('net', {}, failing('refused'))).rejects.toThrow(TypeError)
      await expect(post('net', {}, failing('reset'))).rejects.toThrow(TypeError)
      const records = await carrier.requests('net')
      expect(records.map(({ failure, outcome }) => [failure, outcome])).toEqual([
        ['refused', 'failed'],
        ['reset', 'failed'],
      ])
    })

    test.each([true, false])('deliver what came before a cut, then fail (stream: %s)', async (stream) => {
      const response = await post('cut', { stream }, failing({ kind: 'cut', afterTokens: 2 }))
      expect(response.status).toBe(200)
      let text = ''
      const decoder = new TextDecoder()
      await expect(async () => {
        for await (const chunk of response.body!) text += decoder.decode(chunk)
      }).rejects.toThrow(TypeError)
      expect(text.startsWith(stream ? 'data: {' : '{"id"')).toBe(true)
      if (stream) expect(text.match(/"content":"[^"]+"/g)).toHaveLength(2)
    })

    test('give no answer to a request that times out, until the client leaves', async () => {
      const leaving = new AbortController()
      const answer = post('silent', {}, failing('timeout'), leaving.signal)
      await until(async () => (await carrier.requests('silent')).length === 1)
      leaving.abort()
      await expect(answer).rejects.toThrow('aborted')
      await until(async () => (await carrier.requests('silent'))[0]!.outcome === 'cancelled')
    })

    test('free the server of a client that leaves', async () => {
      await carrier.configure('leaver', { providers: { openai: { defaults: { servers: 1 } } } })
      const leaving = new AbortController()
      const first = post('leaver', {}, { 'x-simulator': '{"delayMs":60000}' }, leaving.signal)
      await until(async () => (await carrier.requests('leaver')).length === 1)
      const second = post('leaver')
      await until(async () => (await carrier.requests('leaver')).length === 2)
      leaving.abort()
      await expect(first).rejects.toThrow('aborted')
      expect((await second).status).toBe(200)
    })

    test('turn away what finds every server busy and the queue full, with the words of each provider', async () => {
      const defaults = { servers: 1, queueLimit: 0 }
      await carrier.configure('full', {
        providers: { openai: { defaults }, anthropic: { defaults }, ollama: { defaults } },
      })
      const calls = {
        openai: { path: chat, body: { model: 'gpt-4o', messages }, headers: openai('full') },
        anthropic: { path: '/v1/messages', body: { model: 'c', messages, max_tokens: 5 }, headers: anthropic('full') },
        ollama: { path: '/api/chat', body: { model: 'm', messages, stream: false }, headers: openai('full') },
      }
      const seen: Record<string, unknown> = {}
      for (const [provider, { path, body, headers }] of Object.entries(calls)) {
        const leaving = new AbortController()
        const send = (more: Record<string, string>, signal?: AbortSignal) =>
          carrier.fetch(carrier.origin + path, {
            method: 'POST',
            headers: { ...headers, ...more },
            body: JSON.stringify(body),
            ...(signal ? { signal } : {}),
          })
        const before = (await carrier.requests('full')).length
        const busy = send({ 'x-simulator': '{"delayMs":60000}' }, leaving.signal)
        busy.catch(() => {})
        await until(async () => (await carrier.requests('full')).length > before)
        const response = await send({})
        const { error } = (await response.json()) as { error: string | { type: string } }
        seen[provider] = [response.status, typeof error === 'string' ? error : error.type]
        leaving.abort()
        await expect(busy).rejects.toThrow()
      }
      expect(seen).toEqual({
        openai: [503, 'service_unavailable_error'],
        anthropic: [529, 'overloaded_error'],
        ollama: [503, 'server busy, please try again.  maximum pending requests exceeded'],
      })
    })

    test('enforce the requests per window and report what is left', async () => {
      await carrier.configure('limited', { providers: { openai: { rateLimit: { requests: 2, windowMs: 3_600_000 } } } })
      const responses = [await post('limited'), await post('limited'), await post('limited')]
      expect(responses.map((response) => response.status)).toEqual([200, 200, 429])
      expect(responses.map((response) => response.headers.get('x-ratelimit-remaining-requests'))).toEqual([
        '1',
        '0',
        '0',
      ])
      const { error } = (await responses[2]!.json()) as { error: { type: string; code: string } }
      expect([error.type, error.code]).toEqual(['requests', 'rate_limit_exceeded'])
      expect(Number(responses[2]!.headers.get('retry-after'))).toBeGreaterThan(1_700)
    })

    test('enforce the tokens per window, counting what the request asks for', async () => {
      await carrier.configure('tokens', { providers: { openai: { rateLimit: { tokens: 50, windowMs: 3_600_000 } } } })
      const [first, second] = [await post('tokens', { max_tokens: 30 }), await post('tokens', { max_tokens: 30 })]
      expect([first.status, second.status]).toEqual([200, 429])
      expect(((await second.json()) as { error: { type: string } }).error.type).toBe('tokens')
    })

    test('follow a script step by step, then answer normally', async () => {
      await carrier.configure('script', { script: ['503', 'ok', { model: 'gpt-4o', fail: '429', times: 2 }] })
      expect(await statuses('script', 5)).toEqual([503, 200, 429, 429, 200])
    })

    test('go on with a script that grows while it is used', async () => {
      await carrier.configure('grow', { script: ['503'] })
      expect(await statuses('grow', 2)).toEqual([503, 200])
      await carrier.extend('grow', {
        script: ['ok', '429'],
        providers: { openai: { models: { 'gpt-4o': { servers: 1 } } } },
      })
      expect(await statuses('grow', 3)).toEqual([200, 429, 200])
      expect(await carrier.requests('grow')).toHaveLength(5)
      await carrier.extend('grow-new', { script: ['500'] })
      expect(await statuses('grow-new', 2)).toEqual([500, 200])
    })

    test('fail by chance the same way each time for the same seed', async () => {
      const behaviour = { failures: [{ rate: 0.5, fail: '500' as const }] }
      await carrier.configure('chance', behaviour)
      const first = await statuses('chance', 20)
      await carrier.configure('chance', behaviour)
      expect(await statuses('chance', 20)).toEqual(first)
      expect(new Set(first)).toEqual(new Set([200, 500]))
    })

    test('give scripted answers to the requests they fit', async () => {
      await carrier.configure('replies', {
        replies: [{ includes: 'weather', content: 'Sunny', times: 1 }, { content: 'I do not know' }],
      })
      const say = async (key: string) =>
        ((await (await post(key)).json()) as { choices: [{ message: { content: string } }] }).choices[0].message.content
      expect([await say('replies'), await say('replies')]).toEqual(['Sunny', 'I do not know'])
    })

    test('keep the worlds of two keys apart', async () => {
      await carrier.configure('mine', { script: ['500'] })
      expect((await post('other')).status).toBe(200)
      expect((await post('mine')).status).toBe(500)
      expect(await carrier.requests('other')).toHaveLength(1)
      await carrier.reset('mine')
      expect(await carrier.requests('mine')).toEqual([])
    })

    test('keep the deployments of one key apart', async () => {
      await carrier.configure('dep', { script: ['503'] })
      const to = (deployment: string) =>
        carrier.fetch(`${carrier.origin}/deployments/${deployment}${chat}`, {
          method: 'POST',
          headers: openai('dep'),
          body: JSON.stringify({ model: 'gpt-4o', messages }),
        })
      expect([(await to('a')).status, (await to('a')).status, (await to('b')).status]).toEqual([503, 200, 503])
      expect(await carrier.requests('dep@a')).toHaveLength(2)
    })

    test('load one model at a time and evict the one idle the longest', async () => {
      await carrier.configure('gpu', { providers: { ollama: { maxLoadedModels: 1 } } })
      const ask = (path: string, body?: object) =>
        carrier
          .fetch(carrier.origin + path, {
            method: body ? 'POST' : 'GET',
            headers: openai('gpu'),
            ...(body ? { body: JSON.stringify(body) } : {}),
          })
          .then((response) => response.json() as Promise<{ models: { name: string }[]; load_duration?: number }>)
      const resident = async () => (await ask('/api/ps')).models.map((model) => model.name)
      await Promise.all([
        ask('/api/chat', { model: 'mistral:7b', messages, stream: false }),
        ask('/api/chat', { model: 'llama3.1:8b', messages, stream: false }),
      ])
      expect(await resident()).toHaveLength(1)
      await ask('/api/chat', { model: 'mistral:7b', messages, stream: false })
      expect(await resident()).toEqual(['mistral:7b'])
      await ask('/api/generate', { model: 'mistral:7b', keep_alive: 0, stream: false })
      expect(await resident()).toEqual([])
    })
  })
}

/** Waits for a state that a request under way is bound to reach. */
async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached())) await new Promise((resolve) => setImmediate(resolve))
}
