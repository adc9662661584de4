import { describe, expect, test } from 'vitest'
import {
  createModelPool,
  createModelRegistry,
  createOllamaClient,
  createOrchestrator,
  type ModelPool,
  memoryRequirement,
  ollamaLoading,
  PoolTooSmallError,
} from '../../../fixtures/orchestrator/index.ts'
import { createPrefixIndex } from '../../../fixtures/orchestrator/pool/prefix-index.ts'
import { createManualClock } from './support/manual-clock.ts'
import { chunked, json, openAiAnswer, type Scripted, scriptedFetch } from './support/scripted-fetch.ts'

const registry = createModelRegistry()
const [mistral, llama8, llama70] = ['mistral:7b', 'llama-3.1-8b', 'llama-3.1-70b'].map((id) =>
  registry.require(id),
) as [ReturnType<typeof registry.require>, ReturnType<typeof registry.require>, ReturnType<typeof registry.require>]
const gib = 1024 ** 3
const nothing = async () => undefined

describe('memoryRequirement()', () => {
  test('adds weights, keys and values, and an allowance', () => {
    const { weightsBytes, keyValueBytes, overheadBytes, totalBytes } = memoryRequirement(llama70, 8_192)
    expect(weightsBytes).toBe(Math.round((70.6e9 * 4.89) / 8))
    expect(keyValueBytes).toBe(2 * 80 * 8 * 128 * 8_192 * 2)
    expect(totalBytes).toBe(weightsBytes + keyValueBytes + overheadBytes)
  })

  test('grows with the context, and not otherwise', () => {
    const at = (tokens: number) => memoryRequirement(mistral, tokens).totalBytes
    expect(at(8_192) - at(4_096)).toBe(memoryRequirement(mistral, 4_096).keyValueBytes)
  })

  test('is not known for models in the cloud', () => {
    expect(() => memoryRequirement(registry.require('gpt-4o'), 1)).toThrow('The memory of "gpt-4o" is not known')
  })
})

describe('createPrefixIndex()', () => {
  const prompt = (name: string, pages: number) =>
    Array.from({ length: pages }, (_, page) => `${name}${page % 10}`).join('')

  test('forgets the end of the prompt unused for longest, then its beginning', () => {
    const index = createPrefixIndex({ pages: 4, charactersPerPage: 2 })
    index.read(prompt('a', 3))
    index.read(prompt('b', 2))
    expect(index.read(prompt('a', 2))).toBe(4)
    index.read(prompt('c', 2))
    expect(index.size()).toEqual({ bytes: 48, usedBytes: 48 })
    expect(index.read(prompt('a', 3))).toBe(4)
    expect(index.read(prompt('b', 2))).toBe(0)
  })

  test('never takes a text for known that it has not read, and keeps the beginning of one longer than itself', () => {
    const index = createPrefixIndex({ pages: 16, charactersPerPage: 2 })
    expect(index.read(prompt('a', 100))).toBe(0)
    expect(index.read(prompt('a', 4))).toBe(8)
    expect(index.read(`x${prompt('a', 100)}`)).toBe(0)
    expect(index.read('a')).toBe(0)
    expect(() => createPrefixIndex({ pages: 0, charactersPerPage: 2 })).toThrow(RangeError)
  })
})

describe('ollamaLoading()', () => {
  test('loads by a request without a prompt, and unloads by one that keeps the model for no time', async () => {
    const done = { model: 'mistral:7b', response: '', done: true }
    const { fetch, requests } = scriptedFetch(json(done))
    const client = createOllamaClient({ id: 'o', baseUrl: 'http://127.0.0.1:1' }, fetch)
    const pool = createModelPool({ budgetBytes: 20 * gib, ...ollamaLoading(client, registry) })
    await pool.warm(mistral, 8_192)
    await pool.unload('mistral:7b')
    expect(requests.map(({ url, body }) => [url, body])).toEqual([
      [
        'http://127.0.0.1:1/api/generate',
        { model: 'mistral:7b', prompt: '', stream: false, keep_alive: '-1ms', options: { num_ctx: 8_192 } },
      ],
      ['http://127.0.0.1:1/api/generate', { model: 'mistral:7b', prompt: '', stream: false, keep_alive: 0 }],
    ])
  })
})

describe('createModelPool()', () => {
  test('loads a model once and keeps it', async () => {
    const loaded: string[] = []
    const pool = createModelPool({ budgetBytes: 20 * gib, load: async ({ id }) => void loaded.push(id) })
    expect(await pool.use(mistral, 4_096, async () => 'answer')).toBe('answer')
    await pool.use(mistral, 2_048, nothing)
    expect(loaded).toEqual(['mistral:7b'])
    expect(pool.statistics()).toMatchObject({
      loads: 1,
      hits: 1,
      usedBytes: memoryRequirement(mistral, 4_096).totalBytes,
    })
  })

  test('makes room by removing the least recently used', async () => {
    const unloaded: string[] = []
    const pool = createModelPool({ budgetBytes: 11 * gib, unload: (id) => void unloaded.push(id) })
    await pool.warm(mistral, 4_096)
    await pool.warm(llama8, 4_096)
    await pool.warm(mistral, 4_096)
    expect(pool.residents().map(({ modelId }) => modelId)).toEqual(['llama-3.1-8b', 'mistral:7b'])
    await pool.warm(registry.require('qwen3:8b'), 4_096)
    expect(unloaded).toEqual(['llama-3.1-8b'])
    expect(pool.statistics()).toMatchObject({ loads: 3, evictions: 1 })
    expect(pool.statistics().peakBytes).toBeLessThanOrEqual(11 * gib)
  })

  test('refuses what could never fit', async () => {
    const pool = createModelPool({ budgetBytes: 10 * gib })
    await expect(pool.warm(llama70, 4_096)).rejects.toThrow(PoolTooSmallError)
    await expect(pool.warm(llama70, 4_096)).rejects.toThrow(
      '"llama-3.1-70b" needs 41.9 GiB, the pool has 10.0 GiB in all',
    )
    expect(() => createModelPool({ budgetBytes: 0 })).toThrow(RangeError)
  })

  test('waits for models in use, and never removes them', async () => {
    const pool = createModelPool({ budgetBytes: 6 * gib })
    const { promise, resolve } = Promise.withResolvers<void>()
    const busy = pool.use(mistral, 4_096, () => promise)
    let loaded = false
    const waiting = pool.use(llama8, 4_096, async () => (loaded = true))
    await new Promise((done) => setImmediate(done))
    expect(loaded).toBe(false)
    expect(await pool.unload('mistral:7b')).toBe(false)
    expect(pool.residents()).toMatchObject([{ modelId: 'mistral:7b', inUse: 1, expiresAt: null }])
    resolve()
    await Promise.all([busy, waiting])
    expect(pool.residents().map(({ modelId }) => modelId)).toEqual(['llama-3.1-8b'])
  })

  test('lets several tasks use a resident model at once, even while another loads', async () => {
    const gate = Promise.withResolvers<void>()
    const pool = createModelPool({
      budgetBytes: 20 * gib,
      load: async ({ id }) => (id === 'mistral:7b' ? undefined : gate.promise),
    })
    const held = Promise.withResolvers<void>()
    const holding = pool.use(mistral, 4_096, () => held.promise)
    await new Promise((done) => setImmediate(done))
    const loading = pool.warm(llama8, 4_096)
    expect(await pool.use(mistral, 4_096, async () => 'at once')).toBe('at once')
    gate.resolve()
    held.resolve()
    await Promise.all([holding, loading])
  })

  test('loads anew for a longer context, once nobody uses the model', async () => {
    const contexts: number[] = []
    const pool = createModelPool({ budgetBytes: 20 * gib, load: async (_model, tokens) => void contexts.push(tokens) })
    const held = Promise.withResolvers<void>()
    const holding = pool.use(mistral, 4_096, () => held.promise)
    const longer = pool.warm(mistral, 8_192)
    await new Promise((done) => setImmediate(done))
    expect(contexts).toEqual([4_096])
    held.resolve()
    await Promise.all([holding, longer])
    expect(contexts).toEqual([4_096, 8_192])
    expect(pool.residents()).toMatchObject([{ contextTokens: 8_192 }])
  })

  test('forgets models whose keep-alive has ended', async () => {
    const clock = createManualClock()
    const pool = createModelPool({ budgetBytes: 20 * gib, keepAliveMs: 1_000, clock })
    await pool.warm(mistral, 4_096)
    await clock.advance(1_000)
    await pool.warm(llama8, 4_096)
    expect(pool.residents().map(({ modelId }) => modelId)).toEqual(['llama-3.1-8b'])
    expect(pool.statistics()).toMatchObject({ expirations: 1, evictions: 0 })
  })

  test('gives the room back when loading fails, and a place in the queue when someone gives up', async () => {
    const pool = createModelPool({
      budgetBytes: 6 * gib,
      load: ({ id }) => (id === 'mistral:7b' ? Promise.reject(new Error('no file')) : nothing()),
    })
    await expect(pool.warm(mistral, 4_096)).rejects.toThrow('no file')
    expect(pool.statistics()).toMatchObject({ usedBytes: 0, loads: 0 })
    const held = Promise.withResolvers<void>()
    const holding = pool.use(llama8, 4_096, () => held.promise)
    const controller = new AbortController()
    const waiting = pool.warm(registry.require('qwen3:8b'), 4_096, controller.signal)
    await new Promise((done) => setImmediate(done))
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    held.resolve()
    await holding
    expect(await pool.unload('llama-3.1-8b')).toBe(true)
    expect(await pool.unload('llama-3.1-8b')).toBe(false)
  })

  test('knows which part of a prompt a model has read before, until the model is removed', async () => {
    const pool = createModelPool({ budgetBytes: 20 * gib })
    const read = (prompt: string) => pool.use(mistral, 4_096, async (handle) => handle.read(prompt))
    const history = 'What a long story has to tell. '.repeat(20)
    expect(await read(history)).toBe(0)
    // Whole pages of 16 tokens: 2 MiB of keys and values at 128 KiB a token.
    expect(await read(`${history}And then?`)).toBe(Math.floor(history.length / 64) * 64)
    expect(await read(`Another: ${history}`)).toBe(0)
    expect(pool.statistics()).toMatchObject({
      promptCharacters: 3 * history.length + 18,
      reusedCharacters: Math.floor(history.length / 64) * 64,
    })
    expect(pool.residents()[0]?.index).toEqual({ bytes: 3_072, usedBytes: 12 * 2 * Math.floor(history.length / 64) })
    await pool.unload('mistral:7b')
    expect(await read(history)).toBe(0)
  })

  test('brings what somebody gave up on, for whoever comes next', async () => {
    const gate = Promise.withResolvers<void>()
    const pool = createModelPool({ budgetBytes: 20 * gib, load: () => gate.promise })
    const controller = new AbortController()
    const waiting = pool.hold(mistral, 4_096, controller.signal)
    await new Promise((done) => setImmediate(done))
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    gate.resolve()
    expect(await pool.use(mistral, 4_096, async () => 'at once')).toBe('at once')
    expect(pool.residents()).toMatchObject([{ modelId: 'mistral:7b', inUse: 0 }])
    expect(pool.statistics()).toMatchObject({ loads: 1, hits: 1 })
  })

  test('counts a hold given back twice once', async () => {
    const pool = createModelPool({ budgetBytes: 20 * gib })
    const [first] = [await pool.hold(mistral, 4_096), await pool.hold(mistral, 4_096)]
    first.release()
    first.release()
    expect(pool.residents()).toMatchObject([{ inUse: 1 }])
  })
})

describe('an orchestrator with a pool', () => {
  const request = { modelId: 'mistral:7b', messages: [{ role: 'user' as const, content: 'x' }] }
  const orchestrate = (pool: ModelPool, ...script: Scripted[]) =>
    createOrchestrator({
      endpoints: {
        ollama: { id: 'o', baseUrl: 'http://127.0.0.1:1' },
        openai: { id: 'c', baseUrl: 'http://127.0.0.1:1' },
      },
      fetch: scriptedFetch(...script).fetch,
      pool,
      cache: false,
    })
  const line = (content: string, done: boolean) => `${JSON.stringify({ model: 'm', message: { content }, done })}\n`

  test('holds a local model while it is asked', async () => {
    const pool = createModelPool({ budgetBytes: 20 * gib })
    const orchestrator = orchestrate(pool, json({ model: 'm', message: { content: 'x' }, done: true }))
    await orchestrator.callModel(request)
    expect(pool.residents()).toMatchObject([{ modelId: 'mistral:7b', contextTokens: 4_096, inUse: 0 }])
  })

  test('holds a local model until its stream ends, and notes what it read', async () => {
    const pool = createModelPool({ budgetBytes: 20 * gib })
    const orchestrator = orchestrate(pool, chunked([line('a', false), line('b', false), line('', true)]))
    const inUse: number[] = []
    for await (const _ of orchestrator.streamModel(request)) inUse.push(pool.residents()[0]!.inUse)
    expect(inUse).toEqual([1, 1, 1])
    expect(pool.residents()).toMatchObject([{ modelId: 'mistral:7b', inUse: 0 }])
    expect(pool.statistics()).toMatchObject({ loads: 1, promptCharacters: 'user: x\n'.length })
  })

  test('gives the model back when the reader stops, when the stream breaks off, and when it never starts', async () => {
    const pool = createModelPool({ budgetBytes: 20 * gib })
    const orchestrator = orchestrate(
      pool,
      chunked([line('a', false), line('b', true)]),
      chunked([line('a', false)]),
      json({ error: 'no such model' }, 404),
    )
    for await (const _ of orchestrator.streamModel(request)) break
    expect(pool.residents()).toMatchObject([{ inUse: 0 }])
    const events = []
    for await (const { type } of orchestrator.streamModel(request)) events.push(type)
    expect(events).toEqual(['text', 'incomplete'])
    expect(pool.residents()).toMatchObject([{ inUse: 0 }])
    await expect(orchestrator.streamModel(request).next()).rejects.toThrow('no such model')
    expect(pool.residents()).toMatchObject([{ inUse: 0 }])
  })

  test('stops waiting for a load when its deadline has passed', async () => {
    const gate = Promise.withResolvers<void>()
    const pool = createModelPool({ budgetBytes: 20 * gib, load: () => gate.promise })
    const orchestrator = orchestrate(pool, json({ model: 'm', message: { content: 'x' }, done: true }))
    const short = { ...request, deadlineMs: 20, retries: 0 }
    await expect(orchestrator.callModel(short)).rejects.toMatchObject({ kind: 'timeout' })
    await expect(orchestrator.streamModel(short).next()).rejects.toMatchObject({ kind: 'timeout' })
    gate.resolve()
    await pool.warm(mistral, 4_096)
    expect(pool.residents()).toMatchObject([{ inUse: 0 }])
  })

  test('goes to the fallback for a model that could never fit', async () => {
    const pool = createModelPool({ budgetBytes: gib })
    const orchestrator = orchestrate(pool, json(openAiAnswer('from afar')))
    const result = await orchestrator.callModel({ ...request, fallbacks: ['gpt-4o'] })
    expect(result).toMatchObject({ model: 'gpt-4o', content: 'from afar', fallbackReason: 'out_of_memory' })
    await expect(orchestrator.callModel(request)).rejects.toThrow(/mistral:7b.*raise budgetBytes/)
  })
})
