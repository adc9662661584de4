import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { test as base, describe, expect, vi } from 'vitest'
import {
  type CallRecord,
  createModelRegistry,
  createOrchestrator,
  openStore,
  StoreError,
} from '../../../fixtures/orchestrator/index.ts'
import { migrations } from '../../../fixtures/orchestrator/persistence/migrations.ts'
import { json, openAiAnswer, openAiError, scriptedFetch } from './support/scripted-fetch.ts'

const test = base.extend('path', async ({ task: _ }, { onCleanup }) => {
  const directory = await mkdtemp(join(tmpdir(), 'store-'))
  onCleanup(() => rm(directory, { recursive: true, force: true }))
  return join(directory, 'store.db')
})

const call = (callId: string, change: Partial<CallRecord> = {}): CallRecord => ({
  callId,
  modelId: 'gpt-4o',
  sessionId: null,
  taskType: null,
  succeeded: true,
  inputTokens: 10,
  outputTokens: 5,
  costNanoDollars: 100,
  latencyMs: 20,
  at: 1,
  ...change,
})

function startWriter(path: string, writer: string, limit: number): ChildProcess {
  const script = fileURLToPath(new URL('support/write-calls.ts', import.meta.url))
  const flags = process.features.typescript ? [] : ['--experimental-strip-types']
  return spawn(process.execPath, [...flags, script, path, writer, String(limit)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

describe('openStore()', () => {
  test('keeps calls across a restart, the latest first', ({ path }) => {
    const store = openStore(path)
    store.recordCall(call('a', { at: 1, sessionId: 's', taskType: 'quick_qa' }))
    store.recordCall(call('b', { at: 2, modelId: 'o3', succeeded: false }))
    store.close()
    const again = openStore(path)
    expect(again.calls()).toEqual([
      call('b', { at: 2, modelId: 'o3', succeeded: false }),
      call('a', { sessionId: 's', taskType: 'quick_qa' }),
    ])
    expect(again.calls({ sessionId: 's' })).toHaveLength(1)
    expect(again.calls({ modelId: 'o3', limit: 1 })).toHaveLength(1)
    expect(again.totals()).toEqual({ calls: 2, inputTokens: 20, outputTokens: 10, costNanoDollars: 200 })
    expect(again.totals({ modelId: 'none' })).toEqual({ calls: 0, inputTokens: 0, outputTokens: 0, costNanoDollars: 0 })
    again.close()
  })

  test('sums performance by model and kind of work', ({ path }) => {
    const store = openStore(path)
    store.recordCall(call('a', { taskType: 'reasoning', latencyMs: 10 }))
    store.recordCall(call('b', { taskType: 'reasoning', latencyMs: 30 }))
    store.recordCall(call('c', { taskType: 'reasoning', latencyMs: 999, succeeded: false }))
    store.recordCall(call('d'))
    expect(store.performance()).toEqual([
      { modelId: 'gpt-4o', taskType: 'reasoning', calls: 3, succeeded: 2, meanLatencyMs: 20 },
    ])
    store.close()
  })

  test('sums judgements, and lists the latest successes in their order', ({ path }) => {
    const store = openStore(path)
    store.saveJudgement('gpt-4o', 'reasoning', 0.5, 1)
    store.saveJudgement('gpt-4o', 'reasoning', 1, 2)
    store.saveJudgement('o3', 'quick_qa', 0, 3)
    expect(store.judgements()).toEqual([
      { modelId: 'gpt-4o', taskType: 'reasoning', judged: 2, meanQuality: 0.75 },
      { modelId: 'o3', taskType: 'quick_qa', judged: 1, meanQuality: 0 },
    ])
    for (const [index, id] of ['a', 'b', 'c'].entries()) {
      store.recordCall(call(id, { taskType: 'reasoning', latencyMs: index }))
    }
    store.recordCall(call('failed', { taskType: 'reasoning', succeeded: false }))
    store.recordCall(call('of no kind'))
    expect(store.latestSuccesses(2)).toEqual([
      { modelId: 'gpt-4o', taskType: 'reasoning', latencyMs: 1, outputTokens: 5 },
      { modelId: 'gpt-4o', taskType: 'reasoning', latencyMs: 2, outputTokens: 5 },
    ])
    store.close()
  })

  test('writes a call once, however often it is recorded', ({ path }) => {
    const store = openStore(path, { batchSize: 2 })
    for (let time = 0; time < 3; time++) store.recordCall(call('same'))
    store.flush()
    store.flush()
    expect(store.totals().calls).toBe(1)
    store.close()
  })

  test('writes a batch by itself after a while', async ({ path }) => {
    const store = openStore(path, { batchMs: 1 })
    store.recordCall(call('a'))
    const reader = new DatabaseSync(path)
    await expect.poll(() => reader.prepare('SELECT COUNT(*) AS n FROM calls').get()?.n).toBe(1)
    reader.close()
    store.close()
  })

  test('leaves out a call that ends after it was closed, and no timer either', ({ path }) => {
    const store = openStore(path)
    store.recordCall(call('in time'))
    store.close()
    vi.useFakeTimers()
    try {
      store.recordCall(call('late'))
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
    const again = openStore(path)
    expect(again.calls().map(({ callId }) => callId)).toEqual(['in time'])
    again.close()
  })

  test('brings an older file up to date, keeping what it holds', ({ path }) => {
    const old = new DatabaseSync(path)
    old.exec(migrations[0]!)
    old.exec("PRAGMA user_version = 1; INSERT INTO calls VALUES ('old', 'gpt-4o', NULL, 1, 1, 1, 5, 1.5, 1)")
    old.close()
    const store = openStore(path)
    expect(store.calls()).toMatchObject([{ callId: 'old', taskType: null, costNanoDollars: 5 }])
    store.close()
  })

  test('leaves the file of another program as it was', ({ path }) => {
    const foreign = new DatabaseSync(path)
    foreign.exec("CREATE TABLE calls (number TEXT); INSERT INTO calls VALUES ('555')")
    expect(() => openStore(path)).toThrow(/Cannot open .* as a store: .*calls/)
    expect(foreign.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()).toEqual([{ name: 'calls' }])
    expect(foreign.prepare('PRAGMA user_version').get()).toEqual({ user_version: 0 })
    foreign.close()
  })

  test('refuses what it cannot use, and says why', async ({ path }) => {
    const newer = new DatabaseSync(path)
    newer.exec('PRAGMA user_version = 99')
    newer.close()
    expect(() => openStore(path)).toThrow(StoreError)
    expect(() => openStore(path)).toThrow('its schema is version 99, this program knows up to 3')
    await mkdir(`${path}.d`)
    expect(() => openStore(`${path}.d`)).toThrow(/Cannot open .*\.d as a store: unable to open database file/)
    await writeFile(`${path}.txt`, 'this is no database, although it is long enough to look like one. '.repeat(20))
    expect(() => openStore(`${path}.txt`)).toThrow(/file is not a database.*Give the path of a SQLite file/)
  })

  test('keeps a batch that could not be written, for the next time', ({ path }) => {
    const store = openStore(path, { busyMs: 1, batchMs: 60_000 })
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    store.recordCall(call('a'))
    expect(() => store.flush()).toThrow('locked')
    other.exec('ROLLBACK')
    other.close()
    expect(store.totals().calls).toBe(1)
    store.close()
  })

  test('does not fail the call it keeps when it cannot write, and tells at the end', ({ path }) => {
    const store = openStore(path, { busyMs: 1, batchSize: 1 })
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    store.recordCall(call('a'))
    store.recordCall(call('b'))
    expect(() => store.close()).toThrow('locked')
    other.exec('ROLLBACK')
    other.close()
  })

  test('writes what had to wait, once it can', async ({ path }) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const store = openStore(path, { busyMs: 1, batchSize: 1 })
      const other = new DatabaseSync(path)
      other.exec('BEGIN IMMEDIATE')
      store.recordCall(call('a'))
      other.exec('ROLLBACK')
      vi.advanceTimersByTime(1_000)
      expect(other.prepare('SELECT COUNT(*) AS n FROM calls').get()?.n).toBe(1)
      other.close()
      store.close()
    } finally {
      vi.useRealTimers()
    }
  })

  test('loses no committed call when its process is killed in the middle of writing', async ({ path }) => {
    const writer = startWriter(path, 'w', 0)
    let committed = 0
    for await (const line of createInterface({ input: writer.stdout! })) {
      committed = Number(line)
      if (committed === 50) writer.kill('SIGKILL')
    }
    const store = openStore(path)
    const kept = new Set(store.calls({ limit: 1_000_000 }).map(({ callId }) => callId))
    for (let number = 1; number <= committed; number++) expect(kept.has(`w-${number}`), `call ${number}`).toBe(true)
    store.recordCall(call('after'))
    expect(store.totals().calls).toBeGreaterThan(committed)
    store.close()
  })

  test('takes calls from several processes at once', async ({ path }) => {
    const writers = ['a', 'b', 'c'].map((name) => startWriter(path, name, 40))
    for (const writer of writers) writer.stdout!.resume()
    const codes = await Promise.all(writers.map(async (writer) => (await once(writer, 'exit'))[0]))
    expect(codes).toEqual([0, 0, 0])
    const store = openStore(path)
    expect(store.totals()).toMatchObject({ calls: 120, costNanoDollars: 840 })
    store.close()
  })
})

describe('an orchestrator with a store', () => {
  const create = (path: string, fetch: typeof globalThis.fetch, budget?: number) =>
    createOrchestrator({
      endpoints: { openai: { id: 'openai', baseUrl: 'http://127.0.0.1:1' } },
      fetch,
      store: openStore(path),
      cache: false,
      retry: { retries: 0 },
      cooldown: { minimumCalls: 1_000 },
      ...(budget === undefined ? {} : { budget: { limitNanoDollars: budget } }),
    })
  const request = { modelId: 'gpt-4o', messages: [{ role: 'user' as const, content: 'hi' }], maxOutputTokens: 10 }

  test('remembers costs, so that a budget holds across a restart', async ({ path }) => {
    const { fetch } = scriptedFetch(json(openAiAnswer('x', { prompt_tokens: 10, completion_tokens: 10 })))
    const first = create(path, fetch, 200_000)
    await first.callModel(request)
    await first.close()
    const second = create(path, fetch, 200_000)
    expect(second.budget!.spentNanoDollars).toBe(125_000)
    await expect(second.callModel(request)).rejects.toThrow('exceeds the budget')
    await second.close()
  })

  test('remembers changes of the registry', async ({ path }) => {
    const { fetch } = scriptedFetch(json(openAiAnswer()))
    const first = create(path, fetch)
    first.registry.set({ ...first.registry.require('gpt-4o'), id: 'mine' })
    first.registry.remove('o3')
    await first.close()
    const second = create(path, fetch)
    expect(second.registry.has('mine')).toBe(true)
    expect(second.registry.has('o3')).toBe(false)
    await second.close()
  })

  test('remembers which model failed at what', async ({ path }) => {
    const { fetch } = scriptedFetch(openAiError(500, null))
    const task = { taskType: 'quick_qa', complexity: 'low' } as const
    const first = create(path, fetch)
    const favourite = first.selectModel(task).modelId
    for (let attempt = 0; attempt < 30; attempt++) {
      await first.callModel({ ...request, modelId: favourite, taskType: 'quick_qa' }).catch(() => undefined)
    }
    await first.close()
    const second = create(path, fetch)
    expect(second.selectModel(task).modelId).not.toBe(favourite)
    await second.close()
  })

  test('remembers how good answers were judged to be, and how quick they were', async ({ path }) => {
    const { fetch } = scriptedFetch(json(openAiAnswer('x', { prompt_tokens: 10, completion_tokens: 1 })))
    const task = { taskType: 'quick_qa', complexity: 'low' } as const
    const seen = (orchestrator: ReturnType<typeof create>) =>
      orchestrator.selectModel(task, 1_000).candidates.find(({ modelId }) => modelId === 'gpt-4o')!
    const first = create(path, fetch)
    const before = seen(first)
    for (let time = 0; time < 5; time++) {
      first.judge('gpt-4o', 'quick_qa', 0.1)
      await first.callModel({ ...request, taskType: 'quick_qa' })
    }
    const after = seen(first)
    expect(after.quality).toBeLessThan(before.quality)
    expect(after.latencyMs).not.toBe(before.latencyMs)
    await first.close()
    first.judge('gpt-4o', 'quick_qa', 1)
    const second = create(path, fetch)
    expect(seen(second).quality).toBeCloseTo(after.quality, 10)
    expect(seen(second).latencyMs).toBeCloseTo(after.latencyMs, 10)
    await second.close()
  })

  test('says which stored model is not valid', ({ path }) => {
    const store = openStore(path)
    store.saveChange({ type: 'set', model: createModelRegistry().require('o3') }, 1)
    store.close()
    const database = new DatabaseSync(path)
    database.exec(`UPDATE models SET model = '{"id":"o3"}'`)
    database.close()
    const again = openStore(path)
    expect(() => again.changes()).toThrow('The model "o3" in')
    again.close()
  })
})
