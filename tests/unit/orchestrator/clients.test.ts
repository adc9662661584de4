import { describe, expect, test } from 'vitest'
import {
  type ChatRequest,
  createAnthropicClient,
  createOllamaClient,
  createOpenAiClient,
  ProviderError,
  type StreamEvent,
} from '../../../fixtures/orchestrator/index.ts'
import { chunked, json, openAiAnswer, openAiError, type Scripted, scriptedFetch } from './support/scripted-fetch.ts'

const endpoint = { id: 'here', baseUrl: 'http://127.0.0.1:1', apiKey: 'secret', headers: { 'x-team': 'blue' } }
const context = { signal: new AbortController().signal }
const request: ChatRequest = {
  upstreamId: 'some-model',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Weather?' },
    { role: 'assistant', content: '', toolCalls: [{ id: 'c1', name: 'weather', arguments: { city: 'Bern' } }] },
    { role: 'tool', content: 'sunny', toolCallId: 'c1' },
  ],
  maxOutputTokens: 100,
  temperature: 0.5,
  topP: 0.9,
  seed: 7,
  stop: ['END'],
  json: true,
  tools: [{ name: 'weather', description: 'Tells the weather', parameters: { type: 'object' } }],
}

const clients = { openai: createOpenAiClient, anthropic: createAnthropicClient, ollama: createOllamaClient }

function connect(api: keyof typeof clients, ...script: Scripted[]) {
  const { fetch, requests } = scriptedFetch(...script)
  return { client: clients[api](endpoint, fetch), requests }
}

async function collect(stream: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const events: StreamEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

const event = (data: unknown, name?: string) =>
  `${name ? `event: ${name}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`

const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-4o',
  choices: [{ index: 0, delta, finish_reason, logprobs: null }],
})

const anthropicAnswer = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude',
  content: [
    { type: 'thinking', thinking: 'hm' },
    { type: 'text', text: 'Sunny' },
    { type: 'text', text: ' today' },
    { type: 'tool_use', id: 't1', name: 'weather', input: { city: 'Bern' } },
  ],
  stop_reason: 'tool_use',
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 3, cache_creation_input_tokens: 2 },
}

const ollamaAnswer = {
  model: 'mistral:7b',
  created_at: '2026-01-01T00:00:00Z',
  message: { role: 'assistant', content: 'hello' },
  done: true,
  done_reason: 'stop',
  total_duration: 5_000_000,
  load_duration: 1_000_000,
  prompt_eval_count: 11,
  eval_count: 7,
}

describe('createOpenAiClient()', () => {
  test('asks in OpenAI’s format', async () => {
    const { client, requests } = connect('openai', json(openAiAnswer()))
    await client.chat(request, { ...context, headers: { 'x-call': '1' } })
    const [sent] = requests
    expect(sent!.url).toBe('http://127.0.0.1:1/v1/chat/completions')
    expect(Object.fromEntries(sent!.headers)).toMatchObject({
      authorization: 'Bearer secret',
      'x-team': 'blue',
      'x-call': '1',
    })
    expect(sent!.body).toEqual({
      model: 'some-model',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
      ],
      max_completion_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      seed: 7,
      stop: ['END'],
      response_format: { type: 'json_object' },
      tools: [{ type: 'function', function: request.tools![0] }],
    })
  })

  test('sends nothing that was not asked for', async () => {
    const { client, requests } = connect('openai', json(openAiAnswer()))
    await client.chat({ upstreamId: 'm', messages: [{ role: 'assistant', content: 'x', toolCalls: [] }] }, context)
    expect(requests[0]!.body).toEqual({ model: 'm', messages: [{ role: 'assistant', content: 'x' }] })
  })

  test('reads content, usage and where it came from', async () => {
    const body = openAiAnswer('hi', {
      prompt_tokens: 10,
      completion_tokens: 8,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 6 },
    })
    const { client } = connect('openai', json(body, 200, { 'x-request-id': 'r1', 'openai-processing-ms': '12' }))
    expect(await client.chat(request, context)).toEqual({
      content: 'hi',
      toolCalls: [],
      finishReason: 'stop',
      usage: { inputTokens: 10, outputTokens: 8, cacheReadTokens: 4, cacheWriteTokens: 0, reasoningTokens: 6 },
      upstreamModel: 'gpt-4o',
      requestId: 'r1',
      providerMs: 12,
      loadMs: null,
    })
  })

  test('passes on that the usage is missing', async () => {
    const { client } = connect('openai', json(openAiAnswer('hi', null)))
    expect((await client.chat(request, context)).usage).toBeNull()
  })

  test.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['tool_calls', 'tool_calls'],
    ['function_call', 'tool_calls'],
    ['content_filter', 'content_filter'],
  ])('finish reason %s is %s', async (theirs, ours) => {
    const body = openAiAnswer()
    body.choices[0]!.finish_reason = theirs
    const { client } = connect('openai', json(body))
    expect((await client.chat(request, context)).finishReason).toBe(ours)
  })

  test('takes a refusal for an answer that was filtered', async () => {
    const body = openAiAnswer()
    Object.assign(body.choices[0]!.message, { content: null, refusal: 'I cannot' })
    const { client } = connect('openai', json(body))
    expect(await client.chat(request, context)).toMatchObject({ content: 'I cannot', finishReason: 'content_filter' })
  })

  test('reads tool calls, and calls them malformed when their arguments are', async () => {
    const body = (text: string) => {
      const answer = openAiAnswer()
      Object.assign(answer.choices[0]!.message, {
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: text } }],
      })
      return json(answer)
    }
    const { client } = connect('openai', body('{"city":"Bern"}'), body(''), body('{"city'), body('[1]'))
    expect((await client.chat(request, context)).toolCalls).toEqual([
      { id: 'c1', name: 'weather', arguments: { city: 'Bern' } },
    ])
    expect((await client.chat(request, context)).toolCalls[0]!.arguments).toEqual({})
    await expect(client.chat(request, context)).rejects.toMatchObject({ kind: 'malformed_response' })
    await expect(client.chat(request, context)).rejects.toMatchObject({ kind: 'malformed_response' })
  })

  test('streams text and ends with the whole answer', async () => {
    const { client, requests } = connect(
      'openai',
      chunked([
        event(chunk({ role: 'assistant', content: '' })),
        event(chunk({ content: 'hel' })),
        event(chunk({ content: 'lo' })),
        event(chunk({ tool_calls: [{ index: 0, id: 'c1', function: { name: 'weather', arguments: '{"ci' } }] })),
        event(chunk({ tool_calls: [{ index: 0, function: { arguments: 'ty":"Bern"}' } }] })),
        event(chunk({}, 'tool_calls')),
        event({ ...chunk({}), choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }),
        event('[DONE]'),
      ]),
    )
    const events = await collect(client.stream(request, context))
    expect(events.slice(0, -1)).toEqual([
      { type: 'text', text: 'hel' },
      { type: 'text', text: 'lo' },
    ])
    expect(events.at(-1)).toMatchObject({
      type: 'end',
      answer: {
        content: 'hello',
        finishReason: 'tool_calls',
        usage: { inputTokens: 3, outputTokens: 2 },
        toolCalls: [{ id: 'c1', name: 'weather', arguments: { city: 'Bern' } }],
      },
    })
    expect(requests[0]!.body).toMatchObject({ stream: true, stream_options: { include_usage: true } })
  })

  test('a stream that breaks off before any text may be tried elsewhere, one after it is incomplete', async () => {
    const early = connect('openai', chunked([event(chunk({ role: 'assistant' }))]))
    await expect(collect(early.client.stream(request, context))).rejects.toMatchObject({ kind: 'malformed_response' })
    const late = connect('openai', chunked([event(chunk({ content: 'half an' }))]))
    await expect(collect(late.client.stream(request, context))).rejects.toMatchObject({
      kind: 'incomplete',
      partialContent: 'half an',
    })
  })

  test.each([
    [
      'an error event',
      event({ error: { message: 'overloaded', type: 'server_error', param: null, code: null } }),
      'server',
    ],
    [
      'a quota error event',
      event({ error: { message: 'x', type: 'x', param: null, code: 'insufficient_quota' } }),
      'quota_exhausted',
    ],
    ['an event that is no JSON', event('{"id":'), 'malformed_response'],
    ['an event of another shape', event({ id: 1 }), 'malformed_response'],
    ['an end without finish_reason', event('[DONE]'), 'malformed_response'],
  ])('%s is a %s', async (_name, text, kind) => {
    const { client } = connect('openai', chunked([text]))
    await expect(collect(client.stream(request, context))).rejects.toMatchObject({ kind })
  })

  test('lists models and embeds texts in their order', async () => {
    const vectors = {
      data: [
        { index: 1, embedding: [2] },
        { index: 0, embedding: [1] },
      ],
    }
    const { client, requests } = connect(
      'openai',
      json({ data: [{ id: 'a' }, { id: 'b' }] }),
      json(vectors),
      json(vectors),
    )
    expect(await client.models(context)).toEqual(['a', 'b'])
    expect(await client.embed('e', ['x', 'y'], context)).toEqual([[1], [2]])
    await expect(client.embed('e', ['x'], context)).rejects.toThrow('2 embeddings for 1 texts')
    expect(requests.map(({ url }) => new URL(url).pathname)).toEqual(['/v1/models', '/v1/embeddings', '/v1/embeddings'])
  })

  test('those compatible with OpenAI get the older limit', async () => {
    const { fetch, requests } = scriptedFetch(json(openAiAnswer()))
    await createOpenAiClient({ id: 'x', baseUrl: 'http://127.0.0.1:1' }, fetch, { limitField: 'max_tokens' }).chat(
      request,
      context,
    )
    expect(requests[0]!.body).toMatchObject({ max_tokens: 100 })
    expect(requests[0]!.headers.has('authorization')).toBe(false)
  })
})

describe('createAnthropicClient()', () => {
  test('asks in Anthropic’s format', async () => {
    const { client, requests } = connect('anthropic', json(anthropicAnswer))
    await client.chat(request, context)
    const [sent] = requests
    expect(sent!.url).toBe('http://127.0.0.1:1/v1/messages')
    expect(Object.fromEntries(sent!.headers)).toMatchObject({
      'x-api-key': 'secret',
      'anthropic-version': '2023-06-01',
    })
    expect(sent!.body).toEqual({
      model: 'some-model',
      max_tokens: 100,
      system: 'Be brief.',
      messages: [
        { role: 'user', content: 'Weather?' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'weather', input: { city: 'Bern' } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'sunny' }] },
      ],
      temperature: 0.5,
      top_p: 0.9,
      stop_sequences: ['END'],
      tools: [{ name: 'weather', description: 'Tells the weather', input_schema: { type: 'object' } }],
    })
  })

  test('limits the answer, as this API requires it', async () => {
    const { fetch, requests } = scriptedFetch(json(anthropicAnswer))
    const client = createAnthropicClient({ id: 'x', baseUrl: 'http://127.0.0.1:1' }, fetch)
    const said = { role: 'assistant', content: 'hm', toolCalls: [{ id: 'c', name: 'f', arguments: {} }] } as const
    await client.chat(
      {
        upstreamId: 'm',
        messages: [
          { role: 'user', content: 'x' },
          { ...said, toolCalls: [...said.toolCalls] },
        ],
      },
      context,
    )
    expect(requests[0]!.body).toMatchObject({ max_tokens: 4_096 })
    expect(requests[0]!.body).not.toHaveProperty('system')
    expect(requests[0]!.body.messages).toMatchObject([
      {},
      { content: [{ type: 'text', text: 'hm' }, { type: 'tool_use' }] },
    ])
    expect(requests[0]!.headers.has('x-api-key')).toBe(false)
  })

  test('counts cached tokens as part of the input', async () => {
    const { client } = connect('anthropic', json(anthropicAnswer, 200, { 'request-id': 'r1' }))
    expect(await client.chat(request, context)).toMatchObject({
      content: 'Sunny today',
      finishReason: 'tool_calls',
      toolCalls: [{ id: 't1', name: 'weather', arguments: { city: 'Bern' } }],
      usage: { inputTokens: 15, outputTokens: 5, cacheReadTokens: 3, cacheWriteTokens: 2 },
      requestId: 'r1',
    })
  })

  test.each([
    ['end_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'content_filter'],
    ['tool_use', 'tool_calls'],
  ])('stop reason %s is %s', async (theirs, ours) => {
    const { client } = connect('anthropic', json({ ...anthropicAnswer, stop_reason: theirs }))
    expect((await client.chat(request, context)).finishReason).toBe(ours)
  })

  const start = event(
    { type: 'message_start', message: { id: 'msg', model: 'claude', usage: { input_tokens: 9, output_tokens: 1 } } },
    'message_start',
  )
  const delta = (part: object, index = 0) =>
    event({ type: 'content_block_delta', index, delta: part }, 'content_block_delta')
  const stop = event({ type: 'message_stop' }, 'message_stop')
  const finish = event(
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 6 } },
    'message_delta',
  )

  test('streams named events', async () => {
    const { client } = connect(
      'anthropic',
      chunked([
        start,
        event(
          { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
          'content_block_start',
        ),
        event({ type: 'ping' }, 'ping'),
        event({ type: 'something_new' }, 'something_new'),
        delta({ type: 'text_delta', text: 'hel' }),
        delta({ type: 'thinking_delta', thinking: 'hm' }),
        delta({ type: 'text_delta', text: 'lo' }),
        event({ type: 'content_block_stop', index: 0 }, 'content_block_stop'),
        event(
          { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 't', name: 'f', input: {} } },
          'content_block_start',
        ),
        delta({ type: 'input_json_delta', partial_json: '{"a"' }, 1),
        delta({ type: 'input_json_delta', partial_json: ':1}' }, 1),
        finish,
        stop,
      ]),
    )
    const events = await collect(client.stream(request, context))
    expect(events.filter(({ type }) => type === 'text')).toHaveLength(2)
    expect(events.at(-1)).toMatchObject({
      answer: {
        content: 'hello',
        finishReason: 'stop',
        toolCalls: [{ id: 't', name: 'f', arguments: { a: 1 } }],
        usage: { inputTokens: 9, outputTokens: 6 },
      },
    })
  })

  test.each([
    [
      'an overload',
      [start, event({ type: 'error', error: { type: 'overloaded_error', message: 'busy' } }, 'error')],
      'overloaded',
    ],
    [
      'a rate limit',
      [start, event({ type: 'error', error: { type: 'rate_limit_error', message: 'slow' } }, 'error')],
      'rate_limit',
    ],
    ['no JSON', [event('{', 'ping')], 'malformed_response'],
    ['no message_stop', [start, finish], 'malformed_response'],
    ['no message_start', [finish, stop], 'malformed_response'],
    ['no stop reason', [start, stop], 'malformed_response'],
    ['a break after text', [start, delta({ type: 'text_delta', text: 'half' })], 'incomplete'],
  ])('a stream with %s fails as such', async (_name, chunks, kind) => {
    const { client } = connect('anthropic', chunked(chunks))
    await expect(collect(client.stream(request, context))).rejects.toMatchObject({ kind })
  })

  test('lists models and has no embeddings', async () => {
    const { client } = connect('anthropic', json({ data: [{ id: 'claude' }] }))
    expect(await client.models(context)).toEqual(['claude'])
    await expect(client.embed('x', ['y'], context)).rejects.toMatchObject({ kind: 'invalid_request' })
  })
})

describe('createOllamaClient()', () => {
  test('asks in Ollama’s format and turns its streaming off', async () => {
    const { client, requests } = connect('ollama', json(ollamaAnswer))
    await client.chat({ ...request, contextTokens: 8_192, keepAliveMs: 60_000 }, context)
    expect(requests[0]!.url).toBe('http://127.0.0.1:1/api/chat')
    expect(requests[0]!.body).toEqual({
      model: 'some-model',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ function: { name: 'weather', arguments: { city: 'Bern' } } }],
        },
        { role: 'tool', content: 'sunny' },
      ],
      options: { num_predict: 100, num_ctx: 8_192, temperature: 0.5, top_p: 0.9, seed: 7, stop: ['END'] },
      keep_alive: '60000ms',
      format: 'json',
      tools: [{ type: 'function', function: request.tools![0] }],
      stream: false,
    })
  })

  test('reads counts and durations, absent meaning zero', async () => {
    const { client } = connect(
      'ollama',
      json(ollamaAnswer),
      json({ model: 'm', message: { role: 'assistant' }, done: true }),
    )
    expect(await client.chat(request, context)).toMatchObject({
      content: 'hello',
      providerMs: 5,
      loadMs: 1,
      usage: { inputTokens: 11, outputTokens: 7 },
    })
    expect(await client.chat(request, context)).toMatchObject({ content: '', providerMs: 0, usage: { inputTokens: 0 } })
  })

  test('numbers tool calls, which have no ids here', async () => {
    const call = { function: { name: 'f', arguments: { a: 1 } } }
    const message = { role: 'assistant', content: '', tool_calls: [call, call] }
    const { client } = connect('ollama', json({ ...ollamaAnswer, message }))
    expect(await client.chat(request, context)).toMatchObject({
      finishReason: 'tool_calls',
      toolCalls: [{ id: 'call_0' }, { id: 'call_1' }],
    })
  })

  test('streams lines', async () => {
    const part = (content: string) =>
      `${JSON.stringify({ model: 'm', message: { role: 'assistant', content }, done: false })}\n`
    const last = JSON.stringify({ ...ollamaAnswer, message: { role: 'assistant', content: '' }, done_reason: 'length' })
    const { client } = connect('ollama', chunked([part('hel'), part('lo'), last]))
    const events = await collect(client.stream(request, context))
    expect(events).toMatchObject([
      { text: 'hel' },
      { text: 'lo' },
      { answer: { content: 'hello', finishReason: 'length' } },
    ])
  })

  test.each([
    ['an error', '{"error":"out of memory"}\n', 'server'],
    ['no JSON', 'oops\n', 'malformed_response'],
    ['no end', '{"model":"m","message":{"content":""},"done":false}\n', 'malformed_response'],
  ])('a stream with %s fails as such', async (_name, text, kind) => {
    const { client } = connect('ollama', chunked([text]))
    await expect(collect(client.stream(request, context))).rejects.toMatchObject({ kind })
  })

  test('does not take half an answer for a whole one', async () => {
    const { client } = connect('ollama', json({ ...ollamaAnswer, done: false }))
    await expect(client.chat(request, context)).rejects.toMatchObject({ kind: 'malformed_response' })
  })

  test('generates, lists, shows what is loaded and embeds', async () => {
    const { fetch, requests } = scriptedFetch(
      json({ model: 'm', response: 'done', done: true }),
      json({ models: [{ name: 'mistral:7b', size: 5, digest: 'd' }] }),
      json({
        models: [{ name: 'm', size: 9, size_vram: 4, context_length: 4_096, expires_at: '2026-01-01T00:00:00Z' }],
      }),
      json({ embeddings: [[1], [2]] }),
      json({ embeddings: [[1]] }),
    )
    const client = createOllamaClient({ id: 'x', baseUrl: 'http://127.0.0.1:1' }, fetch)
    expect((await client.generate({ upstreamId: 'm', prompt: '', keepAliveMs: 0 }, context)).content).toBe('done')
    expect(requests[0]!.body).toMatchObject({ keep_alive: 0 })
    expect(requests[0]!.headers.has('authorization')).toBe(false)
    expect(await client.models(context)).toEqual(['mistral:7b'])
    expect(await client.loaded(context)).toEqual([
      { name: 'm', bytes: 9, bytesInVideoMemory: 4, contextLength: 4_096, expiresAt: '2026-01-01T00:00:00Z' },
    ])
    expect(await client.embed('e', ['x', 'y'], context)).toEqual([[1], [2]])
    await expect(client.embed('e', ['x', 'y'], context)).rejects.toThrow('1 embeddings for 2 texts')
  })
})

describe('what providers answer when they fail', () => {
  const anthropicError = (type: string, message = 'failed') => ({
    type: 'error',
    error: { type, message },
    request_id: 'r',
  })
  test.each([
    ['openai', openAiError(400, null), 'invalid_request'],
    ['openai', openAiError(400, 'context_length_exceeded'), 'context_overflow'],
    ['openai', openAiError(400, 'content_filter'), 'content_filter'],
    ['openai', openAiError(401, 'invalid_api_key'), 'authentication'],
    ['openai', openAiError(403, null), 'permission'],
    ['openai', openAiError(404, 'model_not_found'), 'not_found'],
    ['openai', openAiError(408, null), 'timeout'],
    ['openai', openAiError(409, null), 'conflict'],
    ['openai', openAiError(422, null), 'invalid_request'],
    ['openai', openAiError(429, 'rate_limit_exceeded', 'requests'), 'rate_limit'],
    ['openai', openAiError(429, 'insufficient_quota', 'insufficient_quota'), 'quota_exhausted'],
    ['openai', openAiError(500, null, 'server_error'), 'server'],
    ['openai', openAiError(502, null), 'server'],
    ['openai', openAiError(503, null), 'overloaded'],
    ['openai', openAiError(504, null), 'timeout'],
    ['openai', new Response('<html>', { status: 599 }), 'server'],
    ['openai', new Response('', { status: 418 }), 'invalid_request'],
    ['openai', json({ error: null }, 500), 'server'],
    ['openai', json({ error: {} }, 500), 'server'],
    ['anthropic', json(anthropicError('overloaded_error'), 529), 'overloaded'],
    ['anthropic', json(anthropicError('billing_error'), 402), 'quota_exhausted'],
    ['anthropic', json(anthropicError('request_too_large'), 413), 'context_overflow'],
    [
      'anthropic',
      json(anthropicError('invalid_request_error', 'prompt is too long: 210000 tokens'), 400),
      'context_overflow',
    ],
    [
      'anthropic',
      json(anthropicError('invalid_request_error', 'Your credit balance is too low'), 400),
      'quota_exhausted',
    ],
    ['anthropic', json(anthropicError('rate_limit_error'), 429, { 'retry-after': '2' }), 'rate_limit'],
    // A spend limit: nothing says when to come back.
    ['anthropic', json(anthropicError('rate_limit_error'), 429), 'quota_exhausted'],
    ['ollama', json({ error: "model 'x' not found" }, 404), 'not_found'],
    ['ollama', json({ error: 'server busy, please try again.  maximum pending requests exceeded' }, 503), 'overloaded'],
  ] as const)('%s: %o is %s', async (api, response, kind) => {
    const { client } = connect(api, response)
    const failure = client.chat(request, context)
    await expect(failure).rejects.toBeInstanceOf(ProviderError)
    await expect(failure).rejects.toMatchObject({ kind, endpoint: 'here' })
  })

  test('keeps status, request id and how long to wait', async () => {
    const { client } = connect(
      'openai',
      openAiError(429, null, 'requests', { 'retry-after': '3', 'x-request-id': 'r9' }),
    )
    await expect(client.chat(request, context)).rejects.toMatchObject({
      status: 429,
      retryAfterMs: 3_000,
      requestId: 'r9',
    })
  })

  test.each([
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0.5s' }, 360_500],
    [
      {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '12ms',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '1h2s',
      },
      3_602_000,
    ],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '1s', 'retry-after-ms': '20' }, 20],
    [{ 'x-ratelimit-remaining-tokens': '7', 'x-ratelimit-reset-tokens': '1s' }, null],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': 'soon' }, null],
    [{ 'x-ratelimit-remaining-tokens': '0' }, null],
  ])('waits for the limit that is used up where a 429 does not say how long: %o', async (headers, retryAfterMs) => {
    const { client } = connect('openai', openAiError(429, null, 'requests', headers))
    await expect(client.chat(request, context)).rejects.toMatchObject({ kind: 'rate_limit', retryAfterMs })
    const { client: busy } = connect('openai', openAiError(503, null, 'server_error', headers))
    const asked = 'retry-after-ms' in headers ? 20 : null
    await expect(busy.chat(request, context)).rejects.toMatchObject({ kind: 'overloaded', retryAfterMs: asked })
  })

  test('a connection that fails is a network error with its code', async () => {
    const refused = new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) })
    const { client } = connect('openai', refused)
    await expect(client.chat(request, context)).rejects.toMatchObject({ kind: 'network' })
    await expect(client.chat(request, context)).rejects.toThrow('ECONNREFUSED')
  })

  test('a connection that fails with no error at all is a network error without a code', async () => {
    const fetch = () => Promise.reject('of no kind')
    await expect(createOpenAiClient(endpoint, fetch).chat(request, context)).rejects.toThrow(/no answer( \(|$)/)
  })

  test('a body that breaks off is a network error', async () => {
    for (const status of [200, 500]) {
      const body = new ReadableStream({ pull: (controller) => controller.error(new TypeError('terminated')) })
      const client = createOpenAiClient(endpoint, async () => new Response(body, { status }))
      await expect(client.chat(request, context)).rejects.toThrow('here: no answer: terminated (network)')
    }
  })

  test('a body that is no JSON, or of another shape, is malformed', async () => {
    const { client } = connect('openai', new Response('not json'), json({ ...openAiAnswer(), choices: [] }))
    await expect(client.chat(request, context)).rejects.toThrow('the body is no JSON: "not json"')
    await expect(client.chat(request, context)).rejects.toThrow('the answer is not as promised: choices')
  })

  test('a stream without a body is malformed', async () => {
    for (const api of ['openai', 'anthropic', 'ollama'] as const) {
      const { client } = connect(api, new Response(null))
      await expect(collect(client.stream(request, context))).rejects.toMatchObject({ kind: 'malformed_response' })
    }
  })

  test('a caller who gives up sees an abort', async () => {
    const { client } = connect('openai', 'hang')
    const controller = new AbortController()
    const call = client.chat(request, { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(call).rejects.toMatchObject({ kind: 'aborted' })
  })

  test('a call that a deadline ended fails with the deadline', async () => {
    const body = new ReadableStream({ pull: (stream) => stream.error(new DOMException('aborted', 'AbortError')) })
    const deadline = new ProviderError({ kind: 'timeout', endpoint: 'here', message: 'no complete answer within 5 ms' })
    const client = createOpenAiClient(endpoint, async () => new Response(body))
    await expect(client.chat(request, { signal: AbortSignal.abort(deadline) })).rejects.toBe(deadline)
  })
})
