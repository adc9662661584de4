import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { createEngine, type Engine, type Generated, loadLlama } from '../../../fixtures/providers/engine/engine.ts'
import { createSimulatorFetch } from '../../../fixtures/providers/fetch-carrier.ts'
import { createSimulatedProviders } from '../../../fixtures/providers/simulated-providers.ts'
import { createFakeLlama } from './fake-llama.ts'

const never = new AbortController().signal

async function collect(engine: Engine, prompt: string, signal = never): Promise<Generated[]> {
  const generated: Generated[] = []
  for await (const each of engine.generate(prompt, 1, signal)) generated.push(each)
  return generated
}
const said = (generated: readonly Generated[]) =>
  generated.map((each) => (each.type === 'token' ? each.text : '')).join('')

describe('createEngine()', () => {
  test('reads the prompt, then writes a token at a time until the model ends', async () => {
    const llama = createFakeLlama()
    const generated = await collect(
      createEngine('some.gguf', async () => llama),
      'Hi',
    )
    expect(generated[0]).toMatchObject({ type: 'prompt', tokens: 3, cachedTokens: 0 })
    expect(generated).toHaveLength(1 + 'Well said.'.length)
    expect(said(generated)).toBe('Well said.')
    expect(llama.loaded).toEqual([{ modelPath: 'some.gguf', contextSize: 1_000, disposed: false }])
  })

  test('begins with no token of its own where the model has none', async () => {
    const generated = await collect(
      createEngine('some.gguf', async () => createFakeLlama({ begins: false })),
      'Hi',
    )
    expect(generated[0]).toMatchObject({ tokens: 2 })
  })

  test('reads of a prompt only what its cache does not hold, the last token always', async () => {
    const llama = createFakeLlama()
    const engine = createEngine('some.gguf', async () => llama)
    await collect(engine, 'Good morning')
    expect((await collect(engine, 'Good morning'))[0]).toMatchObject({ tokens: 13, cachedTokens: 12 })
    expect((await collect(engine, 'Good evening'))[0]).toMatchObject({ tokens: 13, cachedTokens: 6 })
    expect(llama.read.map(({ length }) => length)).toEqual([13, 1, 7])
    expect(llama.loaded).toHaveLength(1)
  })

  test('keeps the end of a prompt that takes more than half of the window', async () => {
    const llama = createFakeLlama({ window: 20 })
    await collect(
      createEngine('some.gguf', async () => llama),
      'What comes last counts most',
    )
    expect(String.fromCharCode(...llama.read[0]!.slice(1))).toBe('ounts most')
  })

  test('takes no more of a large window than it needs', async () => {
    const llama = createFakeLlama({ window: 131_072 })
    await collect(
      createEngine('some.gguf', async () => llama),
      'x'.repeat(3_000),
    )
    expect(llama.loaded[0]!.contextSize).toBe(4_096)
    expect(llama.read[0]).toHaveLength(1 + 2_048)
  })

  test('serves one request at a time, in the order they came', async () => {
    const engine = createEngine('some.gguf', async () => createFakeLlama())
    const first = engine.generate('one', 1, never)
    await first.next()
    const order: string[] = []
    const second = collect(engine, 'two').then(() => order.push('second'))
    await new Promise((done) => setImmediate(done))
    for await (const _ of first);
    order.push('first')
    await second
    expect(order).toEqual(['first', 'second'])
  })

  test('goes on with the next request when a reader stops or gives up', async () => {
    const engine = createEngine('some.gguf', async () => createFakeLlama())
    for await (const _ of engine.generate('one', 1, never)) break
    const controller = new AbortController()
    const read = async () => {
      for await (const _ of engine.generate('two', 1, controller.signal)) controller.abort(new Error('enough'))
    }
    await expect(read()).rejects.toThrow('enough')
    expect(said(await collect(engine, 'three'))).toBe('Well said.')
  })

  test('tries to load again after a load that failed', async () => {
    const llama = createFakeLlama()
    let tries = 0
    const engine = createEngine('some.gguf', async () => {
      if (++tries === 1) throw new Error('no such file')
      return llama
    })
    await expect(collect(engine, 'Hi')).rejects.toThrow('no such file')
    expect(said(await collect(engine, 'Hi'))).toBe('Well said.')
  })

  test('frees its memory, and loads anew at the next request', async () => {
    const llama = createFakeLlama()
    const engine = createEngine('some.gguf', async () => llama)
    await engine.unload()
    await collect(engine, 'Hi')
    await engine.unload()
    await collect(engine, 'Hi')
    expect(llama.loaded.map(({ disposed }) => disposed)).toEqual([true, false])
  })

  test('unloads while it is loading, once the request is over', async () => {
    const gate = Promise.withResolvers<void>()
    const llama = createFakeLlama({ onLoad: () => gate.promise })
    const engine = createEngine('some.gguf', async () => llama)
    const answer = collect(engine, 'Hi')
    const unloaded = engine.unload()
    gate.resolve()
    expect(said(await answer)).toBe('Well said.')
    await unloaded
    expect(llama.loaded[0]!.disposed).toBe(true)
  })

  test('makes the tiny model on the spot and leaves no file behind', async () => {
    let header = ''
    const llama = createFakeLlama({
      async onLoad(modelPath) {
        header = readFileSync(modelPath).toString('latin1', 0, 4)
      },
    })
    await collect(
      createEngine('tiny', async () => llama),
      'Hi',
    )
    expect(header).toBe('GGUF')
    expect(existsSync(llama.loaded[0]!.modelPath)).toBe(false)
  })
})

describe('loadLlama()', () => {
  test('asks node-llama-cpp for one thread of the processor, and for nothing to be built', async () => {
    const getLlama = vi.fn(async () => createFakeLlama())
    vi.doMock('node-llama-cpp', () => ({ getLlama }))
    try {
      expect(await loadLlama()).toHaveProperty('loadModel')
      expect(getLlama).toHaveBeenCalledWith(expect.objectContaining({ gpu: false, build: 'never', maxThreads: 1 }))
      getLlama.mockRejectedValueOnce(new Error('no binary for this machine'))
      await expect(loadLlama()).rejects.toThrow('npm install node-llama-cpp (no binary for this machine)')
    } finally {
      vi.doUnmock('node-llama-cpp')
    }
  })
})

describe('a model with an engine behind it', () => {
  const messages = [{ role: 'user', content: 'Please say something.' }]
  const post = (body: object, signal?: AbortSignal) => ({
    method: 'POST',
    headers: { authorization: 'Bearer k', 'x-api-key': 'k', 'anthropic-version': '2023-06-01' },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  })
  function start(llama = createFakeLlama()) {
    const models = { m: { engine: 'some.gguf', sizeMb: 13 } }
    const simulator = createSimulatedProviders({
      scenario: { providers: { ollama: { models }, openai: { models }, anthropic: { models } } },
      openEngine: (file) => createEngine(file, async () => llama),
    })
    return { simulator, fetch: createSimulatorFetch(simulator), llama }
  }

  test('answers in each dialect with what the engine wrote and read', async () => {
    const { simulator, fetch } = start()
    const ollama = await fetch('http://a/api/chat', post({ model: 'm', messages, stream: false }))
    expect(await ollama.json()).toMatchObject({
      message: { content: 'Well said.' },
      done_reason: 'stop',
      eval_count: 10,
    })
    const openai = await fetch('http://a/v1/chat/completions', post({ model: 'm', messages }))
    expect(await openai.json()).toMatchObject({
      choices: [{ message: { content: 'Well said.' }, finish_reason: 'stop' }],
      usage: { completion_tokens: 10 },
    })
    const anthropic = () => fetch('http://a/v1/messages', post({ model: 'm', messages, max_tokens: 4 }))
    const first = (await (await anthropic()).json()) as { usage: { input_tokens: number } }
    expect(first).toMatchObject({ content: [{ text: 'Well' }], stop_reason: 'max_tokens', usage: { output_tokens: 4 } })
    // The second finds all but the last token in the cache.
    expect(await (await anthropic()).json()).toMatchObject({
      usage: { input_tokens: 1, cache_read_input_tokens: first.usage.input_tokens - 1 },
    })
    simulator.close()
  })

  test('streams a token at a time, and stops where the request says', async () => {
    const { simulator, fetch } = start()
    const response = await fetch('http://a/api/chat', post({ model: 'm', messages, options: { stop: ['said'] } }))
    const lines = (await response.text()).trim().split('\n')
    const texts = lines.map((line) => (JSON.parse(line) as { message: { content: string } }).message.content)
    expect(texts).toEqual([...'Well sai', ''])
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ done: true, done_reason: 'stop', eval_count: 8 })
    simulator.close()
  })

  test('notes a request that the client left in the midst of its stream', async () => {
    const { simulator, fetch } = start()
    const controller = new AbortController()
    const response = await fetch(
      'http://a/v1/chat/completions',
      post({ model: 'm', messages, stream: true }, controller.signal),
    )
    const reader = response.body!.getReader()
    await reader.read()
    controller.abort()
    const readOn = async () => {
      while (!(await reader.read()).done);
    }
    await expect(readOn()).rejects.toThrow()
    expect(simulator.requests('k')).toMatchObject([{ outcome: 'cancelled' }])
    // The engine is free again.
    expect((await fetch('http://a/v1/chat/completions', post({ model: 'm', messages }))).status).toBe(200)
    simulator.close()
  })

  test('answers with an internal error where the engine fails', async () => {
    const llama = createFakeLlama({ onLoad: () => Promise.reject(new Error('not a GGUF file')) })
    const { simulator, fetch } = start(llama)
    const response = await fetch('http://a/api/chat', post({ model: 'm', messages, stream: false }))
    expect(response.status).toBe(500)
    expect(await response.json()).toEqual({ error: 'not a GGUF file' })
    simulator.close()
  })

  test('frees the engine when the simulator closes, and when the model is unloaded', async () => {
    const { simulator, fetch, llama } = start()
    const ask = (body: object) => fetch('http://a/api/chat', post({ model: 'm', stream: false, ...body }))
    await ask({ messages })
    await ask({ messages: [], keep_alive: 0 })
    await vi.waitFor(() => expect(llama.loaded[0]).toMatchObject({ disposed: true }), { timeout: 30_000 })
    await ask({ messages })
    simulator.close()
    await vi.waitFor(() => expect(llama.loaded[1]).toMatchObject({ disposed: true }), { timeout: 30_000 })
  })
})
