import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { redactRun } from '../../../plugin/run/redact-run.ts'
import { redactSecrets, secretValues } from '../../../plugin/run/redact-secrets.ts'
import { makeBenchmark, makeRun } from '../../support/make-run.ts'

// Each secret contains this word, so that one search tells whether any of it is left.
const secret = 'hunter2hunter2hunter2'

const leaks: [string, string][] = [
  ['an authorisation header', `Authorization: Bearer ${secret}`],
  ['a header of another scheme', `authorization: AWS4-HMAC-SHA256 Credential=${secret}/x, Signature=${secret}`],
  ['a header object', `{"authorization":"Basic ${secret}","accept":"*/*"}`],
  ['an API key header', `x-api-key: ${secret}`],
  ['a vendor key header', `'x-goog-api-key': '${secret}'`],
  ['a cookie', `Cookie: session=${secret}; theme=dark`],
  ['a bearer token in a sentence', `server refused bearer ${secret}`],
  ['a key in a URL', `GET https://example.test/v1/models?key=${secret}&alt=json`],
  ['a token in a URL', `https://example.test/?access_token=${secret}#top`],
  ['a signed URL', `https://bucket.test/o?X-Amz-Signature=${secret}&X-Amz-Credential=${secret}`],
  ['a password in a URL', `redis://user:${secret}@127.0.0.1:6379/0`],
  ['an environment line', `OPENAI_API_KEY=${secret}`],
  ['an exported variable', `export GITHUB_TOKEN="${secret}"`],
  ['a property of an inspected object', `{ apiKey: '${secret}', model: 'x' }`],
  ['a JSON property', `{"client_secret": "${secret}"}`],
  ['a command line', `curl --token=${secret} http://127.0.0.1`],
  ['a key with a known prefix', `key sk-proj-${secret} is invalid`],
  ['a GitHub token', `ghp_${secret} expired`],
  ['a JSON web token', `eyJhbGciOiJI.eyJzdWIiOiIx.${secret}`],
  ['a private key', `-----BEGIN RSA PRIVATE KEY-----\n${secret}\n-----END RSA PRIVATE KEY-----`],
]

describe('redactSecrets()', () => {
  test.each(leaks)('removes %s', (_, text) => {
    const redacted = redactSecrets(text)
    expect(redacted).not.toContain(secret)
    expect(redacted).toContain('[redacted]')
  })

  test('keeps what stands around a secret', () => {
    expect(redactSecrets(`GET https://h.test/v1?model=x&key=${secret}&alt=json answered 401`)).toBe(
      'GET https://h.test/v1?model=x&key=[redacted]&alt=json answered 401',
    )
    expect(redactSecrets(`{"authorization":"Basic ${secret}","accept":"*/*"}`)).toBe(
      '{"authorization":"[redacted]","accept":"*/*"}',
    )
  })

  test('removes known values wherever they stand', () => {
    expect(redactSecrets('provider said: zebra-crossing is not a key', ['zebra-crossing'])).toBe(
      'provider said: [redacted] is not a key',
    )
  })

  test.each([
    'token_counting_multilingual took 12 ms for 100 tokens',
    'Cannot read properties of undefined (reading "key")',
    'at callModel (/app/fixtures/orchestrator/author.ts:12:7)',
    'https://example.test/v1/chat?model=codellama:34b&limit=10',
    'Expected key: 3, received key: 4',
    'cache key model_selection_reasoning_high',
  ])('leaves "%s" alone', (text) => {
    expect(redactSecrets(text)).toBe(text)
  })

  test('changes nothing more when applied again', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom(...leaks.map(([, text]) => text)))
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
        const once = redactSecrets(pieces.join(' '))
        expect(redactSecrets(once)).toBe(once)
      }),
      { seed: 8 },
    )
  })
})

describe('redactRun()', () => {
  test('cleans every text of a run, and leaves one without secrets as it is', () => {
    const calm = makeRun([makeBenchmark({ key: 'cache_warm', medianMs: 1 })])
    expect(redactRun(calm)).toEqual(calm)
    const text = `GET https://h.test/?key=${secret} answered 401`
    const benchmark = makeBenchmark({
      key: 'x',
      name: text,
      medianMs: 1,
      failed: 1,
      failures: { [text]: 1 },
      metadata: { note: `Bearer ${secret}` },
    })
    const leaky = makeRun([benchmark], {
      failures: [{ key: 'x', session: 1, error: `Authorization: ${secret}` }],
      warnings: [{ code: 'x', text: 'the password is zebra-crossing' }],
    })
    const cleaned = JSON.stringify(redactRun(leaky, ['zebra-crossing']))
    expect(cleaned).not.toContain(secret)
    expect(cleaned).not.toContain('zebra-crossing')
  })
})

describe('redactRun(), with names and places,', () => {
  test('keeps benchmarks apart whose names only look like credentials', () => {
    const keys = ['basic arithmetic', 'basic operations', 'cookie: parse', 'cookie: serialize']
    const run = makeRun(keys.map((key) => makeBenchmark({ key, medianMs: 1 })))
    expect(redactRun(run).benchmarks.map(({ key }) => key)).toEqual(keys)
  })

  test('names paths from the project', () => {
    const run = makeRun([], { failures: [{ key: 'x', session: 1, error: 'Cannot find /home/me/project/src/a.ts' }] })
    expect(redactRun(run, [], '/home/me/project').failures[0]?.error).toBe('Cannot find src/a.ts')
  })
})

describe('secretValues()', () => {
  test('takes the values whose names say that they are secret, longest first', () => {
    expect(
      secretValues({
        OPENAI_API_KEY: 'abcdefgh',
        CI_JOB_TOKEN: 'abcdefghijkl',
        DB_PASSWORD: 'short',
        HOME: '/home/someone',
        KEYBOARD: 'de-latin1-nodeadkeys',
        EMPTY_TOKEN: undefined,
      }),
    ).toEqual(['abcdefghijkl', 'abcdefgh'])
  })
})
