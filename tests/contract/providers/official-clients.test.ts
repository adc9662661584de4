import Anthropic from '@anthropic-ai/sdk'
import { Ollama } from 'ollama'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../../../fixtures/providers/start-simulator.ts'

/** The providers' own clients are the independent judges of the wire formats: what satisfies them is right. */
let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ seed: 11 })
})
afterAll(() => simulator.stop())

const parameters: Record<string, unknown> = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
}
const hello = [{ role: 'user' as const, content: 'Say hello' }]
const useTool = [{ role: 'user' as const, content: 'Use get_weather for Bern' }]
const failing = (fail: unknown) => ({ headers: { 'x-simulator': JSON.stringify({ fail }) } })

describe('the openai client', () => {
  const client = (key: string, maxRetries = 0) =>
    new OpenAI({ apiKey: key, baseURL: `${simulator.url}/v1`, maxRetries })
  const ask = { model: 'gpt-4o', messages: hello, max_tokens: 5 }

  test('reads a plain answer with its usage and request id', async () => {
    const answer = await client('o-plain').chat.completions.create(ask)
    expect(answer.choices[0]!.message.content!.split(' ')).toHaveLength(5)
    expect(answer.choices[0]!.finish_reason).toBe('length')
    expect(answer.usage).toMatchObject({ completion_tokens: 5, total_tokens: answer.usage!.prompt_tokens + 5 })
    expect(answer._request_id).toMatch(/^req_/)
  })

  test('puts a stream together to the same words and usage', async () => {
    const plain = await client('o-stream').chat.completions.create(ask)
    const stream = client('o-stream').chat.completions.stream({ ...ask, stream_options: { include_usage: true } })
    const final = await stream.finalChatCompletion()
    expect(final.choices[0]!.message.content).toBe(plain.choices[0]!.message.content)
    expect(final.choices[0]!.finish_reason).toBe('length')
    expect(final.usage!.total_tokens).toBe(plain.usage!.total_tokens)
  })

  test('runs a tool and brings its result back', async () => {
    const asked: unknown[] = []
    const runner = client('o-tool').chat.completions.runTools({
      model: 'gpt-4o',
      messages: useTool,
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: 'The weather of a city',
            parameters,
            parse: (text: string): object => JSON.parse(text),
            function: (args: object) => {
              asked.push(args)
              return 'sunny'
            },
          },
        },
      ],
    })
    expect(await runner.finalContent()).toMatch(/\w/)
    expect(asked).toEqual([{ city: expect.any(String) }])
  })

  test('collects the tool call of a stream', async () => {
    const tools = [{ type: 'function' as const, function: { name: 'get_weather', parameters } }]
    const stream = client('o-tool-stream').chat.completions.stream({ model: 'gpt-4o', messages: useTool, tools })
    const [call] = (await stream.finalChatCompletion()).choices[0]!.message.tool_calls!
    expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather' } })
    expect(JSON.parse((call as { function: { arguments: string } }).function.arguments)).toHaveProperty('city')
  })

  test('parses an answer that follows a schema', async () => {
    const json_schema = { name: 'place', strict: true, schema: parameters }
    const answer = await client('o-json').chat.completions.parse({
      model: 'gpt-4o',
      messages: hello,
      response_format: { type: 'json_schema', json_schema },
    })
    expect(JSON.parse(answer.choices[0]!.message.content!)).toEqual({ city: expect.any(String) })
  })

  test('decodes embeddings sent as base64 to the numbers sent as such', async () => {
    const embeddings = client('o-embed').embeddings
    const input = { model: 'text-embedding-3-small', input: ['a', 'b'], dimensions: 8 }
    const decoded = await embeddings.create(input)
    const plain = await embeddings.create({ ...input, encoding_format: 'float' })
    expect(decoded.data).toHaveLength(2)
    for (const [index, { embedding }] of decoded.data.entries()) {
      expect(embedding).toEqual(plain.data[index]!.embedding.map(Math.fround))
    }
  })

  test('lists and fetches models', async () => {
    const ids: string[] = []
    for await (const model of client('o-models').models.list()) ids.push(model.id)
    expect(ids).toContain('gpt-4o')
    expect((await client('o-models').models.retrieve('gpt-4o')).object).toBe('model')
  })

  test.each([
    ['400', OpenAI.BadRequestError],
    ['401', OpenAI.AuthenticationError],
    ['403', OpenAI.PermissionDeniedError],
    ['404', OpenAI.NotFoundError],
    ['409', OpenAI.ConflictError],
    ['422', OpenAI.UnprocessableEntityError],
    ['429', OpenAI.RateLimitError],
    ['500', OpenAI.InternalServerError],
    ['502', OpenAI.InternalServerError],
    ['503', OpenAI.InternalServerError],
    ['reset', OpenAI.APIConnectionError],
    ['refused', OpenAI.APIConnectionError],
  ])('turns %s into its own error class', async (fail, expected) => {
    await expect(client('o-errors').chat.completions.create(ask, failing(fail))).rejects.toThrow(expected)
  })

  test('knows that an exhausted quota is not to be tried again, and reads its code', async () => {
    const call = client('o-quota', 5).chat.completions.create(ask, failing('insufficient_quota'))
    await expect(call).rejects.toMatchObject({ status: 429, code: 'insufficient_quota', type: 'insufficient_quota' })
    expect(await simulator.requests('o-quota')).toHaveLength(1)
  })

  test('tries again after a 429 as soon as the answer allows', async () => {
    await simulator.configure('o-retry', {
      script: [{ fail: { kind: 'status', status: 429, retryAfterMs: 2 }, times: 2 }],
    })
    const answer = await client('o-retry', 2).chat.completions.create(ask)
    expect(answer.object).toBe('chat.completion')
    expect((await simulator.requests('o-retry')).map((request) => request.status)).toEqual([429, 429, 200])
  })

  test('reports an error event in the middle of a stream', async () => {
    const stream = await client('o-broken').chat.completions.create({ ...ask, stream: true }, failing('stream-error'))
    const words: string[] = []
    const reading = (async () => {
      for await (const chunk of stream) words.push(chunk.choices[0]?.delta.content ?? '')
    })()
    await expect(reading).rejects.toThrow(OpenAI.APIError)
    expect(words.filter(Boolean)).toHaveLength(3)
  })

  test('fails when a stream is cut', async () => {
    const stream = await client('o-cut').chat.completions.create({ ...ask, stream: true }, failing('cut'))
    await expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toThrow()
  })

  test('times out on a silent provider', async () => {
    const call = client('o-silent').chat.completions.create(ask, { ...failing('timeout'), timeout: 20 })
    await expect(call).rejects.toThrow(OpenAI.APIConnectionTimeoutError)
  })
})

describe('the anthropic client', () => {
  const client = (key: string, maxRetries = 0) => new Anthropic({ apiKey: key, baseURL: simulator.url, maxRetries })
  const ask = { model: 'claude-haiku-4-5', messages: hello, max_tokens: 5 }
  const tools = [{ name: 'get_weather', description: 'The weather', input_schema: parameters as never }]

  test('reads a plain answer with its usage and request id', async () => {
    const answer = await client('a-plain').messages.create(ask)
    expect(answer.content).toEqual([{ type: 'text', text: expect.stringMatching(/^\w+( \w+){4}$/), citations: null }])
    expect(answer.stop_reason).toBe('max_tokens')
    expect(answer.usage.output_tokens).toBe(5)
    expect(answer._request_id).toMatch(/^req_01/)
  })

  test('puts a stream together to the same message', async () => {
    const plain = await client('a-stream').messages.create(ask)
    const final = await client('a-stream').messages.stream(ask).finalMessage()
    expect(final.content).toEqual(plain.content)
    expect(final.usage).toMatchObject({ input_tokens: plain.usage.input_tokens, output_tokens: 5 })
    expect(final.stop_reason).toBe('max_tokens')
  })

  test('collects thinking, its signature and the text of a stream', async () => {
    const thinking = { type: 'enabled' as const, budget_tokens: 1_024 }
    const final = await client('a-think')
      .messages.stream({ ...ask, max_tokens: 2_000, thinking })
      .finalMessage()
    expect(final.content.map((block) => block.type)).toEqual(['thinking', 'text'])
    expect(final.content[0]).toMatchObject({ signature: expect.stringMatching(/./) })
  })

  test('collects the tool call of a stream and continues with its result', async () => {
    const first = await client('a-tool')
      .messages.stream({ ...ask, max_tokens: 50, messages: useTool, tools })
      .finalMessage()
    expect(first.stop_reason).toBe('tool_use')
    const call = first.content.find((block) => block.type === 'tool_use')!
    expect(call.input).toEqual({ city: expect.any(String) })
    const second = await client('a-tool').messages.create({
      ...ask,
      tools,
      messages: [
        ...useTool,
        { role: 'assistant', content: first.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'sunny' }] },
      ],
    })
    expect(second.content[0]!.type).toBe('text')
  })

  test('counts tokens as the answer bills them', async () => {
    const counted = await client('a-count').messages.countTokens({ model: ask.model, messages: hello })
    const answer = await client('a-count').messages.create(ask)
    expect(answer.usage.input_tokens).toBe(counted.input_tokens)
  })

  test('sees a marked prompt written to the cache once, then read from it', async () => {
    const text = 'Rule. '.repeat(2_000)
    const cached = { ...ask, system: [{ type: 'text' as const, text, cache_control: { type: 'ephemeral' as const } }] }
    const first = (await client('a-cache').messages.create(cached)).usage
    const second = (await client('a-cache').messages.create(cached)).usage
    expect(first.cache_creation_input_tokens).toBeGreaterThan(1_024)
    expect(second.cache_read_input_tokens).toBe(first.cache_creation_input_tokens)
    expect(second.input_tokens).toBe(first.input_tokens)
  })

  test('lists models', async () => {
    const ids: string[] = []
    for await (const model of client('a-models').models.list()) ids.push(model.id)
    expect(ids).toContain('claude-haiku-4-5')
  })

  test.each([
    ['400', Anthropic.BadRequestError, 'invalid_request_error'],
    ['401', Anthropic.AuthenticationError, 'authentication_error'],
    ['403', Anthropic.PermissionDeniedError, 'permission_error'],
    ['404', Anthropic.NotFoundError, 'not_found_error'],
    ['409', Anthropic.ConflictError, 'conflict_error'],
    ['429', Anthropic.RateLimitError, 'rate_limit_error'],
    ['500', Anthropic.InternalServerError, 'api_error'],
    ['529', Anthropic.InternalServerError, 'overloaded_error'],
  ])('turns %s into its own error class', async (fail, expected, type) => {
    const error = await client('a-errors')
      .messages.create(ask, failing(fail))
      .catch((thrown) => thrown)
    expect(error).toBeInstanceOf(expected)
    expect(error.type).toBe(type)
    expect(error.requestID).toMatch(/^req_01/)
  })

  test('knows that a spend limit is not to be tried again, and reads its code', async () => {
    const error = await client('a-quota', 5)
      .messages.create(ask, failing('insufficient_quota'))
      .catch((thrown) => thrown)
    expect([error.status, error.errorCode]).toEqual([429, 'enforced_spend_limit_reached'])
    expect(await simulator.requests('a-quota')).toHaveLength(1)
  })

  test('tries again when the service is overloaded', async () => {
    await simulator.configure('a-retry', { script: ['529'] })
    expect((await client('a-retry', 1).messages.create(ask)).type).toBe('message')
    expect((await simulator.requests('a-retry')).map((request) => request.status)).toEqual([529, 200])
  })

  test('reports an error event in the middle of a stream', async () => {
    const reading = client('a-broken').messages.stream(ask, failing('stream-error')).finalMessage()
    await expect(reading).rejects.toThrow(Anthropic.APIError)
  })

  test('fails when a stream is cut', async () => {
    await expect(client('a-cut').messages.stream(ask, failing('cut')).finalMessage()).rejects.toThrow()
  })
})

describe('the ollama client', () => {
  const client = (key: string, headers: Record<string, string> = {}) =>
    new Ollama({ host: simulator.url, headers: { 'x-simulator-key': key, ...headers } })
  const ask = { model: 'codellama:34b', messages: hello, options: { num_predict: 5 } }

  test('reads a plain answer whose durations add up', async () => {
    const answer = await client('l-plain').chat(ask)
    expect(answer.message.content.split(' ')).toHaveLength(5)
    expect(answer.done_reason).toBe('length')
    expect(answer.eval_count).toBe(5)
    const parts = answer.load_duration + answer.prompt_eval_duration + answer.eval_duration
    expect(answer.total_duration).toBeGreaterThanOrEqual(parts)
  })

  test('puts a stream together to the same words', async () => {
    const plain = await client('l-stream').chat(ask)
    let text = ''
    for await (const part of await client('l-stream').chat({ ...ask, stream: true })) text += part.message.content
    expect(text).toBe(plain.message.content)
  })

  test('generates, with and without a stream', async () => {
    const prompt = { model: 'codellama:34b', prompt: 'Say hello', options: { num_predict: 4 } }
    const plain = await client('l-generate').generate(prompt)
    let text = ''
    for await (const part of await client('l-generate').generate({ ...prompt, stream: true })) text += part.response
    expect(text).toBe(plain.response)
    expect(plain.context.length).toBeGreaterThan(0)
  })

  test('calls a tool, plain and streamed', async () => {
    const tools = [{ type: 'function', function: { name: 'get_weather', parameters: parameters as never } }]
    const plain = await client('l-tool').chat({ model: 'llama3.1:8b', messages: useTool, tools })
    expect(plain.message.tool_calls![0]!.function).toMatchObject({
      name: 'get_weather',
      arguments: { city: expect.any(String) },
    })
    const streamed: unknown[] = []
    for await (const part of await client('l-tool').chat({
      model: 'llama3.1:8b',
      messages: useTool,
      tools,
      stream: true,
    })) {
      streamed.push(...(part.message.tool_calls ?? []))
    }
    expect(streamed).toHaveLength(1)
  })

  test('finds a loaded model in the list of those in memory until it is unloaded', async () => {
    const ollama = client('l-ps')
    await ollama.generate({ model: 'mistral:7b', prompt: '', keep_alive: '10m' })
    const { models } = await ollama.ps()
    expect(models.map((model) => model.name)).toEqual(['mistral:7b'])
    expect(new Date(models[0]!.expires_at).getTime()).toBeGreaterThan(Date.now() + 500_000)
    await ollama.generate({ model: 'mistral:7b', prompt: '', keep_alive: 0 })
    expect((await ollama.ps()).models).toEqual([])
  })

  test('lists, shows and embeds', async () => {
    const ollama = client('l-list')
    expect((await ollama.list()).models.map((model) => model.name)).toContain('codellama:34b')
    expect((await ollama.show({ model: 'codellama:34b' })).details.parameter_size).toBe('34B')
    const { embeddings } = await ollama.embed({ model: 'nomic-embed-text', input: ['a', 'b'] })
    expect(embeddings.map((vector) => vector.length)).toEqual([768, 768])
    expect((await ollama.version()).version).toMatch(/^\d+\.\d+/)
  })

  test.each([
    ['404', 404, "model 'codellama:34b' not found"],
    ['503', 503, 'server busy, please try again.  maximum pending requests exceeded'],
    ['500', 500, /llama runner/],
  ])('turns %s into an error with its status and words', async (fail, status, message) => {
    const error = await client('l-errors', failing(fail).headers)
      .chat(ask)
      .catch((thrown) => thrown)
    expect(error.status_code).toBe(status)
    expect(error.message).toMatch(message)
  })

  test('reports an error line in the middle of a stream, and a cut', async () => {
    for (const fail of ['stream-error', 'cut']) {
      const stream = await client('l-broken', failing(fail).headers).chat({ ...ask, stream: true })
      await expect(
        (async () => {
          for await (const _ of stream);
        })(),
      ).rejects.toThrow()
    }
  })

  test('stops the provider when it aborts a stream', async () => {
    await simulator.configure('l-abort', {
      providers: { ollama: { defaults: { decodeMsPerToken: 5, outputTokens: 5_000 } } },
    })
    const ollama = client('l-abort')
    const reading = (async () => {
      for await (const _ of await ollama.chat({ model: 'codellama:34b', messages: hello, stream: true })) ollama.abort()
    })()
    await expect(reading).rejects.toThrow('abort')
    await expect.poll(async () => (await simulator.requests('l-abort'))[0]!.outcome).toBe('cancelled')
  })
})
