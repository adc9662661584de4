import { describe, expect, test } from 'vitest'
import { type ResolvedTarget, resolveOptions } from '../../../plugin/options.ts'
import { checkTarget } from '../../../plugin/system/check-target.ts'
import { classOf } from '../../../plugin/system/class-of.ts'
import { targetSecrets } from '../../../plugin/system/target-secrets.ts'

type Reply = { status?: number; body?: unknown }

const gateway = (more: object = {}) =>
  resolveOptions({ target: { url: 'http://127.0.0.1:4000', ...more } }).target as ResolvedTarget

/** A gateway that lists and serves models; every request is noted. */
function pretend({ list, chat }: { list: Reply; chat?: Reply }) {
  const asked: { url: string; body: unknown; headers: unknown }[] = []
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const body = init?.body === undefined ? null : JSON.parse(String(init.body))
    asked.push({ url: String(url), body, headers: init?.headers })
    const { status = 200, body: reply = {} } = body === null ? list : (chat ?? {})
    return new Response(typeof reply === 'string' ? reply : JSON.stringify(reply), { status })
  }
  return { fetch, asked }
}

const models = (...ids: string[]) => ({ body: { data: ids.map((id) => ({ id })) } })

describe('the option `target`', () => {
  const resolve = (target: unknown) => resolveOptions({}, { VITEST_VERDICT_TARGET: String(target) }).target

  test('takes an address, a path or JSON', () => {
    expect(resolve('http://127.0.0.1:4000/v1/')).toEqual({
      kind: 'gateway',
      api: 'openai',
      url: 'http://127.0.0.1:4000/v1',
      headers: {},
      models: {},
      model: null,
    })
    expect(resolve('http://127.0.0.1:11434')).toMatchObject({ api: 'ollama', url: 'http://127.0.0.1:11434' })
    expect(resolve('http://127.0.0.1:11434/v1')).toMatchObject({ api: 'openai' })
    expect(resolve('my-system.ts')).toEqual({ kind: 'module', path: 'my-system.ts' })
    expect(resolve('{"module":"my-system.ts"}')).toEqual({ kind: 'module', path: 'my-system.ts' })
    expect(resolve('{"url":"http://127.0.0.1:1","model":"m","headers":{"a":"b"}}')).toMatchObject({
      url: 'http://127.0.0.1:1/v1',
      model: 'm',
      headers: { a: 'b' },
    })
  })

  test.for([
    ['{"url":"http://h"', 'looks like JSON'],
    ['{"url":"http://h","modle":"m"}', 'Unrecognized key: "modle"'],
    ['{"url":"ftp://h"}', '"target.url" (from VITEST_VERDICT_TARGET): must be an http or https address'],
    ['http://user:pass@h/v1', 'must have no user, password, query or fragment'],
    ['{"url":"http://h","headers":{"a":1}}', '"target.headers.a"'],
    ['5', 'expected object'],
  ])('says what is wrong with %s', ([text, complaint]) => {
    expect(() => resolve(text)).toThrow(complaint)
  })
})

describe('checkTarget()', () => {
  test('asks a gateway once for a model, with the headers, and lets it pass', async () => {
    const { fetch, asked } = pretend({ list: models('small', 'large') })
    const target = gateway({ model: 'small', headers: { authorization: 'Bearer k' } })
    expect(await checkTarget(target, ['gpt-4o'], fetch)).toEqual(target)
    expect(asked.map(({ url }) => url)).toEqual([
      'http://127.0.0.1:4000/v1/models',
      'http://127.0.0.1:4000/v1/chat/completions',
    ])
    expect(asked[1]).toMatchObject({ body: { model: 'small', max_tokens: 1 }, headers: { authorization: 'Bearer k' } })
  })

  test('takes the only model of a gateway where nobody chose', async () => {
    const { fetch, asked } = pretend({ list: models('llama') })
    expect(await checkTarget(gateway(), ['gpt-4o'], fetch)).toMatchObject({ model: 'llama' })
    expect(asked[1]?.body).toMatchObject({ model: 'llama' })
  })

  test('tries a model that is not listed before it refuses, and says which there are', async () => {
    const missing = { status: 404, body: { error: 'no such model' } }
    const { fetch, asked } = pretend({ list: models('small', 'large'), chat: missing })
    await expect(checkTarget(gateway({ models: { 'gpt-4o': 'large' } }), ['gpt-4o', 'o3'], fetch)).rejects.toThrow(
      /answers 404 when asked for the model "o3": .*no such model.* It lists small, large\. Name a model/,
    )
    expect(asked.at(-1)?.body).toMatchObject({ model: 'o3' })
    const { fetch: generous } = pretend({ list: models('small', 'large') })
    await expect(checkTarget(gateway(), ['o3'], generous)).resolves.toMatchObject({ model: null })
  })

  test.for([
    [{ list: { status: 401 } }, /refuses us \(401\): give its key as a header/],
    [{ list: { status: 404 }, chat: { status: 403 } }, /refuses us \(403\)/],
    [{ list: { status: 404 }, chat: { status: 502, body: 'upstream is down' } }, /answers 502 .* upstream is down/],
  ] as const)('refuses what cannot be measured: %o', async ([replies, complaint]) => {
    await expect(checkTarget(gateway(), ['m'], pretend(replies).fetch)).rejects.toThrow(complaint)
  })

  test('repeats no secret that a gateway sends back', async () => {
    const chat = { status: 400, body: 'bad key abcdef123456' }
    const target = gateway({ headers: { 'x-own': 'abcdef123456' } })
    const error = await checkTarget(target, ['m'], pretend({ list: {}, chat }).fetch).catch((each: Error) => each)
    expect(String(error)).toContain('bad key [redacted]')
  })

  test('says that nobody listens', async () => {
    const fetch = () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } }))
    await expect(checkTarget(gateway(), [], fetch)).rejects.toThrow(
      'Cannot reach the target http://127.0.0.1:4000/v1: connection refused. Start it',
    )
  })

  test('asks Ollama in its own words', async () => {
    const { fetch, asked } = pretend({ list: { body: { models: [{ name: 'mistral:latest' }, { name: 'b' }] } } })
    await checkTarget(gateway({ api: 'ollama', model: 'mistral' }), [], fetch)
    expect(asked.map(({ url }) => url)).toEqual(['http://127.0.0.1:4000/api/tags', 'http://127.0.0.1:4000/api/chat'])
  })

  test('misses a module that is not there', async () => {
    const fetch = pretend({ list: {} }).fetch
    await expect(checkTarget({ kind: 'module', path: '/nowhere/system.ts' }, [], fetch)).rejects.toThrow(
      'no such module',
    )
    const here = { kind: 'module', path: import.meta.filename } as const
    await expect(checkTarget(here, [], fetch)).resolves.toBe(here)
  })
})

test('targetSecrets() are the values of headers, with and without their scheme', () => {
  expect(targetSecrets(gateway({ headers: { authorization: 'Bearer abcdefgh1', 'x-a': 'short' } }))).toEqual([
    'Bearer abcdefgh1',
    'abcdefgh1',
  ])
  expect(targetSecrets(null)).toEqual([])
})

test('classOf() keeps the baselines of two systems apart', () => {
  const machine = { platform: 'linux', arch: 'x64', cpus: 2, node: 'v24.1.0' }
  const options = { machineClass: null, target: null }
  expect(classOf(options, machine)).toBe('linux-x64-2cpu-node24')
  expect(classOf({ ...options, target: gateway() }, machine)).toBe('linux-x64-2cpu-node24-127.0.0.1-4000')
  const system = { kind: 'module', path: '/home/me/my system.ts' } as const
  expect(classOf({ ...options, target: system }, machine)).toBe('linux-x64-2cpu-node24-my-system')
  expect(classOf({ machineClass: 'github', target: gateway() }, machine)).toBe('github')
})
