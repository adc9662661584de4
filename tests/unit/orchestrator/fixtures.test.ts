import { access } from 'node:fs/promises'
import { describe, expect, vi } from 'vitest'
import { test } from '../../../fixtures/index.ts'
import { ProviderError } from '../../../fixtures/orchestrator/index.ts'

const messages = [{ role: 'user' as const, content: 'Write a function that adds two numbers.' }]

describe('the shared fixtures', () => {
  test('orchestrator answers for codellama:34b over HTTP', async ({ orchestrator, simulator, apiKey }) => {
    const answer = await orchestrator.callModel({ modelId: 'codellama:34b', messages })
    expect(answer.content).not.toBe('')
    expect(answer).toMatchObject({ model: 'codellama:34b', provider: 'ollama', costNanoDollars: 0 })
    expect(simulator.pid).not.toBe(process.pid)
    expect(await simulator.requests(apiKey)).toHaveLength(1)
  })

  test('mockApiResponses scripts what the providers answer', async ({ orchestrator, mockApiResponses }) => {
    await mockApiResponses.success('const add = (a, b) => a + b')
    await mockApiResponses.serverError()
    const answer = await orchestrator.callModel({ modelId: 'gpt-4o', messages })
    expect(answer.content).toBe('const add = (a, b) => a + b')
    expect(answer.attempts.map((attempt) => attempt.outcome)).toEqual(['server', 'ok'])
  })

  test('apiClients may be replaced, and the orchestrator notices', async ({ orchestrator, apiClients }) => {
    const overloaded = new ProviderError({ kind: 'permission', endpoint: 'openai', message: 'not today' })
    const chatCompletion = vi.spyOn(apiClients.openai, 'chatCompletion').mockRejectedValue(overloaded)
    await expect(orchestrator.callModel({ modelId: 'gpt-4o', messages })).rejects.toMatchObject({ kind: 'permission' })
    expect(chatCompletion).toHaveBeenCalledTimes(1)
  })

  test('multiAgentContext has three agents, the first on codellama:34b', ({ multiAgentContext }) => {
    expect(multiAgentContext.agents).toHaveLength(3)
    expect(multiAgentContext.agents[0].modelId).toBe('codellama:34b')
  })

  let left = ''
  test('tempDir is there during the test', async ({ tempDir }) => {
    left = tempDir
    await access(tempDir)
  })

  test('tempDir is gone after the test', async () => {
    await expect(access(left)).rejects.toThrow('ENOENT')
  })
})
