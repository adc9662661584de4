import { get_encoding } from 'tiktoken'
import { describe, expect, test } from 'vitest'
import {
  countMessages,
  countTokens,
  createModelGuides,
  createModelRegistry,
  createOrchestrator,
  createPooledFetch,
  GuideError,
} from '../../../fixtures/orchestrator/index.ts'
import { promptTokenBound } from '../../../fixtures/orchestrator/tokens/token-bound.ts'
import { createSkippingClock } from './support/manual-clock.ts'
import { json, openAiAnswer, scriptedFetch } from './support/scripted-fetch.ts'

describe('countTokens()', () => {
  test.each(['o200k', 'cl100k'] as const)(
    'agrees with tiktoken on %s, control tokens in the text included',
    async (tokenizer) => {
      const oracle = get_encoding(tokenizer === 'o200k' ? 'o200k_base' : 'cl100k_base')
      const texts = [
        '',
        'hello world',
        '日本語のテキスト',
        '👩‍👩‍👧 é é',
        "don't  stop\n\n\tnow",
        '<|endoftext|> and <|im_start|>',
        'a'.repeat(300),
        'function f(x) { return x ** 2 }',
      ]
      for (const text of texts) {
        expect(await countTokens(text, tokenizer)).toEqual({
          tokens: oracle.encode(text, [], []).length,
          exact: true,
          errorBound: 0,
        })
      }
      oracle.free()
    },
  )

  test('says how far off it may be where a family’s tokeniser is not public', async () => {
    const { tokens, exact, errorBound } = await countTokens('hello world', 'claude')
    expect({ tokens, exact }).toEqual({ tokens: 2, exact: false })
    expect(errorBound).toBeGreaterThan(0)
  })

  test('counts what the chat format adds', async () => {
    const plain = await countMessages([{ role: 'user', content: 'hello' }], 'o200k')
    expect(plain).toEqual({ tokens: 3 + 3 + 1 + 1, exact: true, errorBound: 0 })
    const calling = await countMessages(
      [{ role: 'assistant', content: '', toolCalls: [{ id: 'c', name: 'f', arguments: {} }] }],
      'o200k',
    )
    expect(calling.tokens).toBeGreaterThan(10)
  })
})

describe('promptTokenBound()', () => {
  test('is never below the true count', async () => {
    for (const content of ['', 'hello', '日本語', '👩‍👩‍👧', '\u0000\uffff', 'x'.repeat(1_000)]) {
      const messages = [{ role: 'user' as const, content }]
      const { tokens } = await countMessages(messages, 'o200k')
      expect(promptTokenBound(messages)).toBeGreaterThanOrEqual(tokens)
    }
    const tools = [{ name: 'f', description: 'd', parameters: {} }]
    expect(promptTokenBound([], tools)).toBe(JSON.stringify(tools).length)
    expect(promptTokenBound([{ role: 'assistant', content: '', toolCalls: [] }])).toBe(8 + 2)
  })
})

describe('createModelGuides()', () => {
  const guide = { modelId: 'gpt-4o', systemPrompt: 'Think.', promptPrefix: 'Please:', notes: ['n'] }
  const messages = [
    { role: 'user' as const, content: 'first' },
    { role: 'user' as const, content: 'last' },
  ]

  test('fetches a guide once, for many who ask at the same time', async () => {
    const { fetch, requests } = scriptedFetch(json(guide))
    const guides = createModelGuides({ baseUrl: 'http://127.0.0.1:1/guides/', fetch })
    await Promise.all([guides.get('codellama:34b'), guides.get('codellama:34b')])
    expect(await guides.get('codellama:34b')).toEqual(guide)
    expect(requests.map(({ url }) => url)).toEqual(['http://127.0.0.1:1/guides/codellama%3A34b.json'])
  })

  test('asks again once it is stale, and takes a 304 for an answer', async () => {
    const clock = createSkippingClock()
    const { fetch, requests } = scriptedFetch(json(guide, 200, { etag: '"v1"' }), new Response(null, { status: 304 }))
    const guides = createModelGuides({ baseUrl: 'http://127.0.0.1:1', fetch, clock, ttlMs: 100 })
    await guides.get('gpt-4o')
    await clock.sleep(101)
    expect(await guides.get('gpt-4o')).toEqual(guide)
    expect(requests[1]!.headers.get('if-none-match')).toBe('"v1"')
    await guides.get('gpt-4o')
    expect(requests).toHaveLength(2)
  })

  test('goes on with an old guide when no new one can be had', async () => {
    const clock = createSkippingClock()
    const { fetch } = scriptedFetch(json(guide), new TypeError('fetch failed'))
    const guides = createModelGuides({ baseUrl: 'http://127.0.0.1:1', fetch, clock, ttlMs: 100 })
    await guides.get('gpt-4o')
    await clock.sleep(101)
    expect(await guides.get('gpt-4o')).toEqual(guide)
  })

  test('does without where there is none, and only advises', async () => {
    const none = createModelGuides({
      baseUrl: 'http://127.0.0.1:1',
      fetch: scriptedFetch(new Response(null, { status: 404 })).fetch,
    })
    expect(await none.get('x')).toBeNull()
    expect(await none.apply('x', messages)).toBe(messages)
    for (const answer of [new Response('x', { status: 500 }), json({ notes: 3 }), new TypeError('fetch failed')]) {
      const broken = createModelGuides({ baseUrl: 'http://127.0.0.1:1', fetch: scriptedFetch(answer).fetch })
      await expect(broken.get('x')).rejects.toThrow(GuideError)
      expect(await broken.apply('x', messages)).toBe(messages)
    }
  })

  test('is applied to the prompts of its model', async () => {
    const { fetch, requests } = scriptedFetch(json(openAiAnswer()))
    const guides = createModelGuides({ baseUrl: 'http://127.0.0.1:1', fetch: scriptedFetch(json(guide)).fetch })
    const orchestrator = createOrchestrator({
      endpoints: { openai: { id: 'o', baseUrl: 'http://127.0.0.1:1' } },
      fetch,
      guides,
    })
    await orchestrator.callModel({ modelId: 'gpt-4o', messages })
    expect(requests[0]!.body.messages).toEqual([
      { role: 'system', content: 'Think.' },
      { role: 'user', content: 'first' },
      { role: 'user', content: 'Please:\n\nlast' },
    ])
    const bare = createModelGuides({
      baseUrl: 'http://127.0.0.1:1',
      fetch: scriptedFetch(json({ modelId: 'x' })).fetch,
    })
    expect(await bare.apply('x', messages)).toEqual(messages)
  })
})

describe('createPooledFetch()', () => {
  test('answers like fetch, over connections that it can close', async () => {
    const { createServer } = await import('node:http')
    const sockets = new Set<unknown>()
    const server = createServer((request, response) => {
      sockets.add(request.socket)
      response.end(JSON.stringify(openAiAnswer('pooled')))
    })
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
    })
    const pooled = await createPooledFetch({ connections: 1 })
    const orchestrator = createOrchestrator({
      endpoints: { openai: { id: 'o', baseUrl: `http://127.0.0.1:${port}` } },
      fetch: pooled.fetch,
      cache: false,
      registry: createModelRegistry(),
    })
    for (let call = 0; call < 5; call++) {
      expect(
        (await orchestrator.callModel({ modelId: 'gpt-4o', messages: [{ role: 'user', content: 'x' }] })).content,
      ).toBe('pooled')
    }
    expect(sockets.size).toBe(1)
    await pooled.close()
    server.close()
  })
})
