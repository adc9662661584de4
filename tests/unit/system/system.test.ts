import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { test } from '../../../fixtures/index.ts'
import { makeMixedRequest, makeRequest } from '../../../fixtures/make-request.ts'
import { connectForeignSystem, needsReference, refuseForeign } from '../../../fixtures/system/system.ts'
import { taskClasses } from '../../../fixtures/workload.ts'
import { collect } from '../../integration/collect.ts'

const request = makeRequest(taskClasses.quick_qa, 1)

describe('the system fixture', () => {
  test('is the reference orchestrator where no target is given', async ({ system, skip }) => {
    needsReference(system, skip, 'the orchestrator')
    const answer = await system.callModel(request)
    expect(answer.content.split(' ')).toHaveLength(taskClasses.quick_qa.outputTokens)
    expect(answer.usage?.outputTokens).toBe(taskClasses.quick_qa.outputTokens)
    expect(answer.providerMs).toBeGreaterThan(0)
    expect(system.orchestrator.ledger.total().calls).toBe(1)
    const task = { taskType: 'quick_qa', complexity: 'low' } as const
    expect(system.selectModel(task)).toEqual(system.orchestrator.selectModel(task))
  })
})

describe('connectForeignSystem()', () => {
  test('asks a gateway, plainly and as a stream, by its own names of the models', async ({ simulator, apiKey }) => {
    for (const api of ['openai', 'ollama'] as const) {
      const system = await connectForeignSystem({
        kind: 'gateway',
        api,
        url: api === 'openai' ? `${simulator.url}/v1` : simulator.url,
        headers: { authorization: `Bearer ${apiKey}` },
        models: { 'gpt-4o-mini': 'renamed' },
        model: null,
      })
      const { content } = await system.callModel(request)
      const events = await collect(system.streamModel!(request))
      expect(events.at(-1)).toMatchObject({ type: 'end', result: { content } })
      expect(events.map((event) => (event.type === 'text' ? event.text : '')).join('')).toBe(content)
    }
    expect((await simulator.requests(apiKey)).map(({ model }) => model)).toEqual(Array(4).fill('renamed'))
  })

  test('asks a gateway for its only model, or for the models by the names of the suite', async ({
    simulator,
    apiKey,
  }) => {
    for (const model of ['only', null]) {
      const headers = { authorization: `Bearer ${apiKey}` }
      const url = `${simulator.url}/v1`
      const system = await connectForeignSystem({ kind: 'gateway', api: 'openai', url, headers, models: {}, model })
      await system.callModel(request)
    }
    expect((await simulator.requests(apiKey)).map(({ model }) => model)).toEqual(['only', 'gpt-4o-mini'])
  })

  test('asks the instance of a class for all that it can do', async ({ tempDir }) => {
    const path = join(tempDir, 'system.mjs')
    await writeFile(
      path,
      `class Gateway {
        #name = 'mine'
        async callModel() { return { content: this.#name } }
        async *streamModel() { yield { type: 'text', text: this.#name } }
        selectModel() { return { modelId: this.#name } }
        cacheStatistics() { return null }
        async failModel(modelId, failure) { this.#name = modelId + ' ' + failure; return true }
        close() { this.#name = 'closed' }
      }
      export default new Gateway()`,
    )
    const system = await connectForeignSystem({ kind: 'module', path })
    expect(await collect(system.streamModel!(request))).toEqual([{ type: 'text', text: 'mine' }])
    expect(system.selectModel!({ taskType: 'quick_qa', complexity: 'low' })).toEqual({ modelId: 'mine' })
    expect(system.cacheStatistics!()).toBeNull()
    expect(await system.failModel!('gpt-4o', 'timeout')).toBe(true)
    expect(await system.callModel(request)).toEqual({ content: 'gpt-4o timeout' })
    await system.close!()
    expect(await system.callModel(request)).toEqual({ content: 'closed' })
  })

  test('loads a module that gives an object or a function, and keeps to what it has', async ({ tempDir }) => {
    const path = join(tempDir, 'system.mjs')
    await writeFile(
      path,
      `export const system = async () => ({ callModel: async ({ modelId }) => ({ content: modelId }) })`,
    )
    const system = await connectForeignSystem({ kind: 'module', path })
    expect(await system.callModel(request)).toEqual({ content: 'gpt-4o-mini' })
    expect(Object.keys(system).sort()).toEqual(['callModel', 'kind'])
  })

  test.for<[string, string]>([
    ['export default 1', 'neither its default export nor its export "system" is an object'],
    ['export default {}', 'it has no function callModel'],
    ['export default { callModel() {}, close: 1 }', 'its close is no function'],
  ])('says what is wrong with a module: %s', async ([source, fault], { tempDir }) => {
    const path = join(tempDir, 'system.mjs')
    await writeFile(path, source)
    await expect(connectForeignSystem({ kind: 'module', path })).rejects.toThrow(`of ${path} as ${fault}`)
  })
})

describe('needsReference() and refuseForeign()', () => {
  test('skip what only the reference can show, and say so', ({ tempDir: path }) => {
    const foreign = { kind: 'module', callModel: async () => ({ content: path }) } as const
    const skip = vi.fn<(note?: string) => never>()
    needsReference(foreign, skip as never, 'the router')
    refuseForeign(foreign, skip as never, 'the pool')
    refuseForeign(null, skip as never, 'nothing')
    expect(skip.mock.calls).toEqual([
      ['needs the router, which only the reference orchestrator shows'],
      ['needs the pool, which only the reference orchestrator shows'],
    ])
  })
})

describe('makeRequest()', () => {
  test('has the length of its class and never the same beginning', () => {
    for (const task of Object.values(taskClasses)) {
      const contents = [8, 88, 888].map((number) => makeRequest(task, number).messages[0]!.content)
      expect(contents.map(({ length }) => length)).toEqual(Array(3).fill(task.inputTokens * 4))
      expect(new Set(contents.map((content) => content.slice(0, 13))).size).toBe(3)
    }
    const models = Array.from({ length: 20 }, (_, number) => makeMixedRequest(number).modelId)
    expect(models.filter((model) => model === 'gpt-4o-mini')).toHaveLength(14)
    expect(models.filter((model) => model === 'o4-mini')).toHaveLength(2)
  })
})
