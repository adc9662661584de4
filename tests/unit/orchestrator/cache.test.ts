import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { requestKey } from '../../../fixtures/orchestrator/cache/request-key.ts'
import { createResponseCache } from '../../../fixtures/orchestrator/cache/response-cache.ts'

type Value = { text: string }
const value = (text: string): Value => ({ text })

function createCache(options: { maxEntries?: number; maxBytes?: number; ttlMs?: number } = {}) {
  let now = 1
  const cache = createResponseCache<Value>({
    maxEntries: 3,
    ...options,
    sizeOf: (_key, { text }) => text.length,
    monotonic: () => now,
  })
  return { cache, pass: (ms: number) => (now += ms) }
}

describe('createResponseCache()', () => {
  test('loads once and then answers by itself', async () => {
    const { cache } = createCache()
    let loads = 0
    const load = async () => value(`loaded ${++loads}`)
    expect(await cache.getOrLoad('key', load)).toEqual({ value: value('loaded 1'), outcome: 'miss' })
    expect(await cache.getOrLoad('key', load)).toEqual({ value: value('loaded 1'), outcome: 'hit' })
    expect(cache.statistics()).toMatchObject({ hits: 1, misses: 1, entries: 1, bytes: 8, hitRate: 0.5 })
  })

  test('lets callers of the same key share one load', async () => {
    const { cache } = createCache()
    const { promise, resolve } = Promise.withResolvers<Value>()
    let loads = 0
    const load = () => {
      loads++
      return promise
    }
    const callers = [cache.getOrLoad('key', load), cache.getOrLoad('key', load), cache.getOrLoad('key', load)]
    resolve(value('shared'))
    expect((await Promise.all(callers)).map(({ outcome }) => outcome)).toEqual(['miss', 'coalesced', 'coalesced'])
    expect(loads).toBe(1)
    expect(cache.statistics()).toMatchObject({ misses: 1, coalesced: 2, hitRate: 2 / 3 })
  })

  test('keeps no failure: all who waited see it, the next caller loads again', async () => {
    const { cache } = createCache()
    const { promise, reject } = Promise.withResolvers<Value>()
    const callers = [cache.getOrLoad('key', () => promise), cache.getOrLoad('key', () => promise)]
    reject(new Error('no answer'))
    for (const outcome of await Promise.allSettled(callers)) expect(outcome.status).toBe('rejected')
    expect((await cache.getOrLoad('key', async () => value('better'))).outcome).toBe('miss')
  })

  test('pushes out the least recently used entry', () => {
    const { cache } = createCache({ maxEntries: 2 })
    cache.set('a', value('a'))
    cache.set('b', value('b'))
    cache.get('a')
    cache.set('c', value('c'))
    expect(['a', 'b', 'c'].map((key) => cache.has(key))).toEqual([true, false, true])
    expect(cache.statistics()).toMatchObject({ evictions: 1, expirations: 0, entries: 2 })
  })

  test('keeps to its bytes, and takes nothing larger than all of them', () => {
    const { cache } = createCache({ maxEntries: 10, maxBytes: 10 })
    cache.set('a', value('12345'))
    cache.set('b', value('12345'))
    cache.set('c', value('1'))
    expect(cache.statistics()).toMatchObject({ bytes: 6, entries: 2, evictions: 1 })
    cache.set('c', value('12345678901'))
    expect(cache.has('c')).toBe(false)
    expect(cache.statistics()).toMatchObject({ bytes: 5, rejected: 1 })
  })

  test('forgets what is too old, to the millisecond', () => {
    const { cache, pass } = createCache({ ttlMs: 100 })
    cache.set('a', value('a'))
    pass(100)
    for (let lookup = 0; lookup < 2; lookup++) expect(cache.get('a')).toEqual(value('a'))
    pass(1)
    expect(cache.get('a')).toBeUndefined()
    expect(cache.statistics()).toMatchObject({ expirations: 1, evictions: 0, entries: 0, hits: 2, misses: 1 })
  })

  test('forgets by the system’s clock, and takes up to 64 MB, where nothing else is said', async () => {
    const megabytes = (count: number) => createResponseCache<Value>({ ttlMs: 1, sizeOf: () => count * 1024 * 1024 })
    const [fitting, larger] = [megabytes(64), megabytes(64.1)]
    for (const cache of [fitting, larger]) cache.set('a', value('a'))
    expect([fitting, larger].map((cache) => cache.statistics().rejected)).toEqual([0, 1])
    await expect.poll(() => fitting.has('a')).toBe(false)
  })

  test('goes on loading while anyone waits, and stops when the last one gives up', async () => {
    const { cache } = createCache()
    let aborted = false
    const load = (signal: AbortSignal) =>
      new Promise<Value>((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted = true
          reject(signal.reason)
        })
      })
    const [first, second] = [new AbortController(), new AbortController()]
    const callers = [cache.getOrLoad('key', load, first.signal), cache.getOrLoad('key', load, second.signal)]
    first.abort(new Error('first gave up'))
    await expect(callers[0]).rejects.toThrow('first gave up')
    expect(aborted).toBe(false)
    second.abort(new Error('second gave up'))
    await expect(callers[1]).rejects.toThrow('second gave up')
    expect(aborted).toBe(true)
    expect((await cache.getOrLoad('key', async () => value('anew'))).outcome).toBe('miss')
  })

  test('goes on loading for a caller who cannot give up', async () => {
    const { cache } = createCache()
    const { promise, resolve } = Promise.withResolvers<Value>()
    let given: AbortSignal | undefined
    const load = (signal: AbortSignal) => {
      given = signal
      return promise
    }
    const patient = cache.getOrLoad('key', load)
    const leaving = [new AbortController(), new AbortController()]
    const others = leaving.map(({ signal }) => cache.getOrLoad('key', load, signal))
    for (const [index, controller] of leaving.entries()) {
      controller.abort(new Error('enough'))
      await expect(others[index]).rejects.toThrow('enough')
      expect(given!.aborted).toBe(false)
    }
    resolve(value('in the end'))
    expect((await patient).value).toEqual(value('in the end'))
  })

  test('turns away a caller who had given up before, also from a load under way', async () => {
    const { cache } = createCache()
    const { promise, resolve } = Promise.withResolvers<Value>()
    const caller = cache.getOrLoad('key', () => promise)
    const late = cache.getOrLoad('key', () => promise, AbortSignal.abort(new Error('before')))
    resolve(value('for the first'))
    await expect(late).rejects.toThrow('before')
    expect((await caller).outcome).toBe('miss')
  })

  test('no longer listens to a caller who has an answer', async () => {
    const { cache } = createCache()
    const { signal } = new AbortController()
    await cache.getOrLoad('key', async () => value('a'), signal)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('lets callers share the load that follows an abandoned one, whenever that one ends', async () => {
    const { cache } = createCache()
    const [abandoned, next] = [Promise.withResolvers<Value>(), Promise.withResolvers<Value>()]
    const leaving = new AbortController()
    const first = cache.getOrLoad('key', () => abandoned.promise, leaving.signal)
    leaving.abort()
    await expect(first).rejects.toThrow()
    const second = cache.getOrLoad('key', () => next.promise)
    abandoned.resolve(value('late'))
    await new Promise((resolve) => setImmediate(resolve))
    const third = cache.getOrLoad('key', () => next.promise)
    next.resolve(value('next'))
    expect((await Promise.all([second, third])).map(({ outcome }) => outcome)).toEqual(['miss', 'coalesced'])
  })

  test('does not keep what an abandoned load still answers', async () => {
    const { cache } = createCache()
    const { promise, resolve } = Promise.withResolvers<Value>()
    const controller = new AbortController()
    const caller = cache.getOrLoad('key', () => promise, controller.signal)
    controller.abort()
    await expect(caller).rejects.toThrow()
    resolve(value('late'))
    await promise
    await Promise.resolve()
    expect(cache.has('key')).toBe(false)
  })

  test('turns away a caller who had given up before', async () => {
    const { cache } = createCache()
    const load = async () => value('unused')
    await expect(cache.getOrLoad('key', load, AbortSignal.abort())).rejects.toThrow()
    cache.set('key', value('kept'))
    expect((await cache.getOrLoad('key', load, AbortSignal.abort())).outcome).toBe('hit')
    expect(cache.statistics().misses).toBe(0)
  })

  test('keeps only what is worth keeping', async () => {
    const cache = createResponseCache<Value>({ sizeOf: () => 1, worthKeeping: ({ text }) => text !== 'poor' })
    await cache.getOrLoad('key', async () => value('poor'))
    expect(cache.has('key')).toBe(false)
    expect(cache.statistics().hitRate).toBe(0)
  })

  test('can be emptied, entry by entry and at once', () => {
    const { cache } = createCache()
    cache.set('a', value('a'))
    cache.set('b', value('b'))
    expect(cache.delete('a')).toBe(true)
    expect(cache.delete('a')).toBe(false)
    cache.clear()
    expect(cache.statistics().entries).toBe(0)
    expect(createCache().cache.statistics().hitRate).toBe(0)
  })
})

describe('requestKey()', () => {
  test('depends on what is asked, not on how the object was built', () => {
    const key = requestKey({ modelId: 'a', messages: [{ role: 'user', content: 'x' }], temperature: 0 })
    expect(
      requestKey({ temperature: 0, messages: [{ content: 'x', role: 'user' }], modelId: 'a', seed: undefined }),
    ).toBe(key)
    expect(key).toHaveLength(43)
  })

  test('takes an undefined element for null, as JSON does', () => {
    expect(requestKey({ a: [1, undefined] })).toBe(requestKey({ a: [1, null] }))
  })

  test('tells requests apart that look alike', () => {
    const keys = [
      { a: '1' },
      { a: 1 },
      { a: [1] },
      { a: { 0: 1 } },
      { a: null },
      {},
      { a: [1, 2] },
      { a: [12] },
      { a: ['1,2'] },
      { a: 'b', c: 'd' },
      { a: 'b","c":"d' },
    ].map(requestKey)
    expect(new Set(keys).size).toBe(keys.length)
  })
})
