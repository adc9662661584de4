import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readHistory, writeHistory } from '../../../plugin/store/history.ts'
import { toHistoryEntry } from '../../../plugin/store/history-entry.ts'
import { historyFiles } from '../../../plugin/store/history-files.ts'
import type { HistoryStore } from '../../../plugin/store/history-store.ts'
import { openHistory } from '../../../plugin/store/open-history.ts'
import { hostileRun } from '../../support/made-runs.ts'
import { makeHistory } from '../../support/make-history.ts'
import { makeBenchmark, makeRun } from '../../support/make-run.ts'
import { refusedPort } from '../../support/refused-port.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'history-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('toHistoryEntry()', () => {
  test('keeps the median over the sessions that count', () => {
    const run = makeRun([makeBenchmark({ key: 'x', medianMs: 1, sessions: 3 })])
    const sessions = run.benchmarks[0]!.sessions
    for (const [index, session] of sessions.entries()) {
      const metric = session.metrics.duration_median!
      if (metric.kind === 'quantity') metric.value = [10, 30, 1000][index]!
    }
    sessions[2]!.screening = true
    const metric = toHistoryEntry(run).benchmarks[0]?.metrics.find(({ name }) => name === 'duration_median')
    expect(metric).toMatchObject({ value: 20, unit: 'ns', direction: 'lower' })
    // Standard deviation of ln 10 and ln 30 over √2.
    expect(metric?.logError).toBeCloseTo(Math.log(3) / Math.SQRT2 / Math.SQRT2, 4)
  })

  test('pools rates over the sessions', () => {
    const run = makeRun([makeBenchmark({ key: 'x', medianMs: 1, failed: 5 })])
    const metric = toHistoryEntry(run).benchmarks[0]?.metrics.find(({ name }) => name === 'success_rate')
    expect(metric).toMatchObject({ value: 95, unit: '%', logError: null })
  })
})

/** What every kind of store must do. */
async function obeysTheInterface(store: HistoryStore, put: (name: string, content: string) => Promise<void>) {
  expect(await readHistory(store)).toEqual({ entries: [], skipped: [] })
  const [first, second] = makeHistory({ runs: 2, benchmarks: 3 })
  await writeHistory(store, second!)
  await writeHistory(store, first!)
  await writeHistory(store, first!)
  await put('notes.txt', 'a stranger')
  await put('cut.json', JSON.stringify(first).slice(0, 300))
  await put('foreign.json', '{"hello":1}')
  await put('newer.json', JSON.stringify({ ...first, version: 99 }))
  await put('damaged.json', JSON.stringify({ ...first, benchmarks: [{ key: 'x' }] }))
  const { entries, skipped } = await readHistory(store)
  expect(entries).toEqual([first, second])
  expect(skipped.map(({ name }) => name)).toEqual([
    'cut.json',
    'damaged.json',
    'foreign.json',
    'newer.json',
    'notes.txt',
  ])
  expect(skipped.map(({ reason }) => reason).join('\n')).toMatch(
    /not whole JSON.*\ndamaged at benchmarks\.0\..*\nnot an entry.*\nversion 99.*\nnot whole JSON/,
  )
  expect(await store.list()).toHaveLength(7)
}

describe('historyFiles()', () => {
  test('keeps entries as files, names what it cannot read and leaves it there', async () => {
    const path = join(folder, 'history')
    await obeysTheInterface(historyFiles(path), async (name, content) => {
      mkdirSync(path, { recursive: true })
      writeFileSync(join(path, name), content)
    })
    expect(readdirSync(path)).toHaveLength(7)
  })

  test('names a folder in place of an entry, and a file in place of the folder', async () => {
    mkdirSync(join(folder, 'odd.json'))
    const { skipped } = await readHistory(historyFiles(folder))
    expect(skipped).toMatchObject([{ name: 'odd.json', reason: expect.stringContaining('EISDIR') }])
    writeFileSync(join(folder, 'file'), '')
    await expect(readHistory(historyFiles(join(folder, 'file')))).rejects.toThrow('it is a file')
  })

  test('lets no name out of its folder', async () => {
    const entry = toHistoryEntry({ ...hostileRun(), machineClass: '../../escape' })
    await writeHistory(historyFiles(folder), entry)
    const { entries } = await readHistory(historyFiles(folder))
    expect(entries).toEqual([entry])
  })
})

describe('openHistory()', () => {
  const cwd = '/'

  test('refuses kinds of places that it does not know', async () => {
    await expect(openHistory('ftp://x.test/y', { cwd, env: {} })).rejects.toThrow(
      'use a folder, redis://, rediss:// or s3://',
    )
  })

  test('says which variables an object store needs', async () => {
    await expect(openHistory('s3://bucket', { cwd, env: {} })).rejects.toThrow('set AWS_ACCESS_KEY_ID')
  })

  test('keeps entries in an object store over its HTTP interface', async () => {
    // Enough of S3 to keep objects: PUT, GET and the list of a bucket.
    const objects = new Map<string, string>()
    const unsigned: string[] = []
    const server = createServer(async (request, response) => {
      const path = decodeURIComponent(new URL(request.url!, 'http://127.0.0.1').pathname)
      if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256')) unsigned.push(path)
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      if (request.method === 'PUT') objects.set(path, Buffer.concat(chunks).toString())
      if (path === '/bucket' || path === '/bucket/') {
        const keys = [...objects.keys()].map((key) => `<Contents><Key>${key.slice('/bucket/'.length)}</Key></Contents>`)
        response.end(`<?xml version="1.0"?><ListBucketResult>${keys.join('')}</ListBucketResult>`)
      } else {
        response.writeHead(objects.has(path) ? 200 : 404).end(objects.get(path))
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo
      const env = {
        AWS_ACCESS_KEY_ID: 'id',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      }
      const store = await openHistory('s3://bucket/team/a', { cwd, env })
      objects.set('/bucket/elsewhere.json', '{}')
      await obeysTheInterface(store, async (name, content) => void objects.set(`/bucket/team/a/${name}`, content))
      expect(unsigned).toEqual([])
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})

const redis = spawnSync('redis-server', ['--version']).status === 0

describe.runIf(redis || process.env.CI)('openHistory() with Redis (Debian: apt-get install redis-server)', () => {
  test('keeps entries in a real Redis', async () => {
    const { server, port } = await startRedis()
    try {
      const location = `redis://127.0.0.1:${port}/0`
      const store = await openHistory(`${location}?prefix=team-a`, { cwd: '/', env: {} })
      const other = await openHistory(`${location}?prefix=team-b`, { cwd: '/', env: {} })
      try {
        await obeysTheInterface(store, (name, content) => store.write(name, content))
        expect(await readHistory(other)).toEqual({ entries: [], skipped: [] })
      } finally {
        await store.close()
        await other.close()
      }
    } finally {
      server.kill()
    }
  })

  test('says that nobody answers, without the password', async () => {
    using refused = await refusedPort()
    const store = await openHistory(`redis://user:geheim@127.0.0.1:${refused.port}`, { cwd: '/', env: {} })
    const failure = await readHistory(store).catch((error: Error) => error.message)
    await store.close()
    expect(failure).toMatch(/^Cannot read the history in redis:\/\/127\.0\.0\.1:\d+/)
    expect(failure).not.toContain('geheim')
  })
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const socket = createSocket().listen(0, '127.0.0.1', () => {
      const { port } = socket.address() as AddressInfo
      socket.close(() => resolve(port))
    })
  })
}

/** On a free port; on another one where somebody was quicker to take it. */
async function startRedis(attempts = 5): Promise<{ server: ChildProcess; port: number }> {
  const port = await freePort()
  const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder])
  let said = ''
  const ready = new Promise<boolean>((resolve, reject) => {
    server.once('error', reject).once('close', () => resolve(false))
    server.stdout.on('data', (chunk: Buffer) => {
      said += chunk
      if (said.includes('Ready to accept connections')) resolve(true)
    })
  })
  if (await ready) return { server, port }
  if (attempts === 1) throw new Error(`redis-server does not start: ${said}`)
  return startRedis(attempts - 1)
}
