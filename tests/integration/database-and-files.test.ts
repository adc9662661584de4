import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect } from 'vitest'
import {
  type CallRecord,
  createModelRegistry,
  createOrchestrator,
  type Orchestrator,
  type OrchestratorOptions,
  openStore,
  StoreError,
} from '../../fixtures/orchestrator/index.ts'
import { test as base } from './strict-world.ts'

const messages = [{ role: 'user' as const, content: 'Sum the column' }]
const ask = { modelId: 'gpt-4o', messages, maxOutputTokens: 10, cache: false }
const storeModule = new URL('../../fixtures/orchestrator/persistence/orchestrator-store.ts', import.meta.url).href

/** Starts an orchestrator on the test's database, as a new process would, and closes it with the test. */
const test = base.extend('restart', ({ tempDir, simulator, apiKey }, { onCleanup }) => {
  let running: Orchestrator | undefined
  onCleanup(() => running?.close())
  return async (options: OrchestratorOptions = {}): Promise<Orchestrator> => {
    await running?.close()
    running = createOrchestrator({
      endpoints: {
        openai: { id: 'openai', baseUrl: simulator.url, apiKey },
        anthropic: { id: 'anthropic', baseUrl: simulator.url, apiKey },
      },
      store: openStore(`${tempDir}/orchestrator.db`),
      retry: { initialMs: 1 },
      ...options,
    })
    return running
  }
})

describe('cost tracking', () => {
  test('the costs of every call survive a restart', async ({ restart, tempDir }) => {
    const first = await restart()
    const answers = [await first.callModel(ask), await first.callModel({ ...ask, modelId: 'claude-haiku-4-5' })]
    await restart()
    const totals = openAndRead(tempDir, (store) => store.totals())
    expect(totals).toEqual({
      calls: 2,
      inputTokens: answers[0]!.usage.inputTokens + answers[1]!.usage.inputTokens,
      outputTokens: 20,
      costNanoDollars: answers[0]!.costNanoDollars + answers[1]!.costNanoDollars,
    })
  })

  test('costs can be asked for by model and by session', async ({ restart, tempDir }) => {
    const orchestrator = await restart()
    await orchestrator.callModel({ ...ask, sessionId: 'a' })
    await orchestrator.callModel({ ...ask, sessionId: 'b' })
    await orchestrator.callModel({ ...ask, sessionId: 'b', modelId: 'claude-haiku-4-5' })
    await orchestrator.close()
    const calls = openAndRead(tempDir, (store) => [
      store.totals({ sessionId: 'b' }).calls,
      store.totals({ modelId: 'gpt-4o' }).calls,
      store.totals({ modelId: 'gpt-4o', sessionId: 'b' }).calls,
      store.totals({ sessionId: 'nobody' }).costNanoDollars,
    ])
    expect(calls).toEqual([2, 2, 1, 0])
  })

  test('a budget goes on from what was spent before the restart', async ({ restart }) => {
    const budget = { limitNanoDollars: 1_000_000_000 }
    const { costNanoDollars } = await (await restart({ budget })).callModel(ask)
    const second = await restart({ budget })
    expect(second.budget!.spentNanoDollars).toBe(costNanoDollars)
    expect(second.budget!.availableNanoDollars).toBe(budget.limitNanoDollars - costNanoDollars)
  })

  test('an answer from the cache is no second call in the books', async ({ restart, tempDir }) => {
    const orchestrator = await restart()
    await orchestrator.callModel({ ...ask, cache: true })
    await orchestrator.callModel({ ...ask, cache: true })
    await orchestrator.close()
    expect(openAndRead(tempDir, (store) => store.totals().calls)).toBe(1)
  })
})

describe('performance history', () => {
  test('successes and failures survive a restart, by model and task', async ({
    restart,
    mockApiResponses,
    tempDir,
  }) => {
    const orchestrator = await restart()
    await mockApiResponses.configure({ script: [{ model: 'gpt-4o', fail: '503', times: 2 }] })
    await orchestrator.callModel({ ...ask, taskType: 'debugging', retries: 0 }).catch(() => {})
    await orchestrator.callModel({ ...ask, taskType: 'debugging', retries: 1 })
    await orchestrator.close()
    expect(openAndRead(tempDir, (store) => store.performance())).toEqual([
      { modelId: 'gpt-4o', taskType: 'debugging', calls: 3, succeeded: 1, meanLatencyMs: expect.any(Number) },
    ])
  })

  test('a model that kept failing is ranked lower after the restart too', async ({ restart, mockApiResponses }) => {
    const task = { taskType: 'reasoning', complexity: 'high' } as const
    const first = await restart()
    const { modelId } = first.selectModel(task)
    await mockApiResponses.configure({ failures: [{ rate: 1, fail: '500' }] })
    for (let call = 0; call < 12; call++) {
      await first.callModel({ ...ask, modelId, taskType: 'reasoning', retries: 0, deadlineMs: 2_000 }).catch(() => {})
    }
    const second = await restart()
    expect(second.selectModel(task).modelId).not.toBe(modelId)
  })
})

describe('the model registry', () => {
  test('models added, changed and removed stay so after a restart', async ({ restart }) => {
    const first = await restart()
    const model = first.registry.require('gpt-4o')
    first.registry.set({ ...model, id: 'own-model' })
    first.registry.set({ ...model, contextWindow: 5_000 })
    first.registry.remove('gpt-5')
    const { registry } = await restart()
    expect(registry.get('own-model')).toEqual({ ...model, id: 'own-model' })
    expect(registry.require('gpt-4o').contextWindow).toBe(5_000)
    expect(registry.has('gpt-5')).toBe(false)
  })

  test('a model added again after its removal is there after a restart', async ({ restart }) => {
    const model = createModelRegistry().require('gpt-5')
    const first = await restart()
    first.registry.remove('gpt-5')
    first.registry.set(model)
    expect((await restart()).registry.get('gpt-5')).toEqual(model)
  })

  test('a damaged model in the file is named in the error', async ({ restart, tempDir }) => {
    await (await restart()).close()
    const database = new DatabaseSync(`${tempDir}/orchestrator.db`)
    database.exec(`INSERT INTO models (id, model, changed_at) VALUES ('broken', '{"id":"broken"}', 1)`)
    database.close()
    const store = openStore(`${tempDir}/orchestrator.db`)
    expect(() => store.changes()).toThrow(StoreError)
    expect(() => store.changes()).toThrow('The model "broken"')
    store.close()
  })
})

describe('the file itself', () => {
  test('calls committed before a kill -9 are there afterwards, and writing goes on', async ({ tempDir }) => {
    const path = `${tempDir}/orchestrator.db`
    const writer = spawnWriter(tempDir, path, 'for (let n = 0; ; n++) { write(n); console.log(n) }', { batchSize: 1 })
    let acknowledged = -1
    for await (const chunk of writer.stdout) {
      acknowledged = Number(String(chunk).trim().split('\n').at(-1))
      if (acknowledged >= 50) break
    }
    writer.kill('SIGKILL')
    await once(writer, 'exit')
    const store = openStore(path)
    expect(store.totals().calls).toBeGreaterThanOrEqual(acknowledged)
    const before = store.totals().calls
    store.recordCall(aCall('after'))
    expect(store.totals().calls).toBe(before + 1)
    store.close()
  })

  test('two processes may write to it at the same time, and no call is lost', async ({ tempDir }) => {
    const path = `${tempDir}/orchestrator.db`
    const program = 'for (let n = 0; n < 200; n++) write(n); store.close()'
    const writers = [spawnWriter(tempDir, path, program), spawnWriter(tempDir, path, program)]
    const codes = await Promise.all(writers.map(async (writer) => (await once(writer, 'exit'))[0]))
    expect(codes).toEqual([0, 0])
    expect(openAndRead(tempDir, (store) => store.totals().calls)).toBe(400)
  })

  test('closing writes what was still waiting in a batch', async ({ tempDir }) => {
    const store = openStore(`${tempDir}/orchestrator.db`, { batchSize: 1_000, batchMs: 60_000 })
    for (let call = 0; call < 10; call++) store.recordCall(aCall(String(call)))
    store.close()
    expect(openAndRead(tempDir, (reopened) => reopened.totals().calls)).toBe(10)
  })

  test('a file of a newer program is refused, not damaged', async ({ tempDir }) => {
    const path = `${tempDir}/orchestrator.db`
    openStore(path).close()
    const database = new DatabaseSync(path)
    database.exec('PRAGMA user_version = 999')
    database.close()
    expect(() => openStore(path)).toThrow(/its schema is version 999, this program knows up to \d+/)
  })

  test('what is no database is refused with its path', async ({ tempDir }) => {
    const text = `${tempDir}/notes.txt`
    await writeFile(text, 'These are notes and no database, long enough to be seen as such.'.repeat(20))
    const directory = `${tempDir}/directory`
    await mkdir(directory)
    for (const path of [text, directory, `${tempDir}/missing/file.db`]) {
      expect(() => openStore(path)).toThrow(StoreError)
      expect(() => openStore(path)).toThrow(`Cannot open ${path} as a store`)
    }
  })
})

function openAndRead<T>(tempDir: string, read: (store: ReturnType<typeof openStore>) => T): T {
  const store = openStore(`${tempDir}/orchestrator.db`)
  try {
    return read(store)
  } finally {
    store.close()
  }
}

function aCall(callId: string): CallRecord {
  return {
    callId,
    modelId: 'gpt-4o',
    sessionId: null,
    taskType: null,
    succeeded: true,
    inputTokens: 1,
    outputTokens: 1,
    costNanoDollars: 1,
    latencyMs: 1,
    at: 1,
  }
}

/** A process of its own that writes calls into the file; `write(n)` records one, `store` is the store. */
function spawnWriter(tempDir: string, path: string, program: string, options: object = {}) {
  const source = `import { openStore } from ${JSON.stringify(storeModule)}
    const store = openStore(${JSON.stringify(path)}, ${JSON.stringify(options)})
    const write = (n) => store.recordCall({ ...${JSON.stringify(aCall('x'))}, callId: process.pid + '-' + n })
    ${program}`
  return spawn(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: tempDir,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
