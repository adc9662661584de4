import { describe, expect } from 'vitest'
import {
  CallFailedError,
  handOver,
  mapReduce,
  reachConsensus,
  recover,
  runParallel,
  WorkflowError,
} from '../../fixtures/orchestrator/index.ts'
import { test } from './strict-world.ts'

describe('parallel execution', () => {
  test('each agent answers with its own model, in the order of the agents', async ({
    multiAgentContext,
    mockApiResponses,
  }) => {
    const { orchestrator, agents } = multiAgentContext
    await mockApiResponses.success('from the coder', { modelId: 'codellama:34b' })
    await mockApiResponses.success('from the reviewer', { modelId: 'gpt-4o' })
    await mockApiResponses.success('from the analyst', { modelId: 'claude-sonnet-4-5' })
    const { outcomes, succeeded } = await runParallel(orchestrator, agents, 'What is a monad?')
    expect(succeeded).toBe(3)
    expect(
      outcomes.map((step) => step.status === 'answered' && [step.agent, step.result.model, step.result.content]),
    ).toEqual([
      ['coder', 'codellama:34b', 'from the coder'],
      ['reviewer', 'gpt-4o', 'from the reviewer'],
      ['analyst', 'claude-sonnet-4-5', 'from the analyst'],
    ])
  })

  test('agents are asked at the same time, or in turn where the concurrency is one', async ({
    multiAgentContext,
    mockApiResponses,
    simulator,
    apiKey,
  }) => {
    const { orchestrator, agents } = multiAgentContext
    const overlaps = async () => {
      const records = await simulator.requests(apiKey)
      return records.filter((record, index) =>
        records.slice(0, index).some(({ at, totalMs }) => at + totalMs > record.at),
      ).length
    }
    await mockApiResponses.slow(200, { times: 3 })
    await runParallel(orchestrator, agents, 'together')
    expect(await overlaps()).toBe(2)
    await mockApiResponses.clear()
    await mockApiResponses.slow(10, { times: 3 })
    await runParallel(orchestrator, agents, 'in turn', { concurrency: 1 })
    expect(await overlaps()).toBe(0)
  })

  test('an agent that fails stays alone, and the trace says why', async ({ multiAgentContext, mockApiResponses }) => {
    const { orchestrator, agents } = multiAgentContext
    await mockApiResponses.notFound({ modelId: 'codellama:34b' })
    const { outcomes, succeeded, failed } = await runParallel(orchestrator, agents, 'Review this')
    expect([succeeded, failed]).toEqual([2, 1])
    expect(outcomes[0]).toMatchObject({
      agent: 'coder',
      status: 'failed',
      error: { kind: 'not_found' },
      costNanoDollars: 0,
    })
  })

  test('where one failure is to stop all, the others are cancelled at their providers too', async ({
    multiAgentContext,
    mockApiResponses,
    simulator,
    apiKey,
  }) => {
    const { orchestrator, agents } = multiAgentContext
    await mockApiResponses.timeout({ modelId: 'gpt-4o' })
    await mockApiResponses.timeout({ modelId: 'claude-sonnet-4-5' })
    await mockApiResponses.configure({ script: [{ model: 'codellama:34b', fail: '404' }] })
    const { outcomes } = await runParallel(orchestrator, agents, 'Stop at once', { onFailure: 'cancel' })
    expect(outcomes.map((step) => step.status)).toEqual(['failed', 'cancelled', 'cancelled'])
    await expect
      .poll(async () => (await simulator.requests(apiKey)).filter(({ outcome }) => outcome === 'pending'))
      .toEqual([])
  })
})

describe('sequential hand-over', () => {
  test('each agent is given what the one before answered', async ({
    multiAgentContext,
    mockApiResponses,
    simulator,
    apiKey,
  }) => {
    const { orchestrator, agents } = multiAgentContext
    await mockApiResponses.success('first draft', { modelId: 'codellama:34b' })
    await mockApiResponses.success('second draft', { modelId: 'gpt-4o' })
    await mockApiResponses.success('final text', { modelId: 'claude-sonnet-4-5' })
    const { content } = await handOver(orchestrator, agents, 'Write a README')
    expect(content).toBe('final text')
    expect((await simulator.requests(apiKey)).map(({ lastMessage }) => lastMessage)).toEqual([
      'Write a README',
      'first draft',
      'second draft',
    ])
  })

  test('the task itself can go along with the answer', async ({
    multiAgentContext,
    mockApiResponses,
    simulator,
    apiKey,
  }) => {
    const { orchestrator, agents } = multiAgentContext
    await mockApiResponses.success('a draft')
    await handOver(orchestrator, agents.slice(0, 2), 'the task', {
      hand: (task, answer, agent) => `${agent.name}: ${task} / ${answer}`,
    })
    expect((await simulator.requests(apiKey))[1]!.lastMessage).toBe('reviewer: the task / a draft')
  })

  test('a failure ends it, names the agent, and asks nobody after it', async ({
    multiAgentContext,
    mockApiResponses,
    simulator,
    apiKey,
  }) => {
    const { orchestrator, agents } = multiAgentContext
    await mockApiResponses.invalidRequest({ modelId: 'gpt-4o' })
    const failure = await handOver(orchestrator, agents, 'Write').catch((error) => error)
    expect(failure).toBeInstanceOf(WorkflowError)
    expect(failure.message).toMatch(/^"reviewer" \(2 of 3\) failed: /)
    expect(failure.trace.steps.map((step: { status: string }) => step.status)).toEqual(['answered', 'failed'])
    expect(await simulator.requests(apiKey)).toHaveLength(2)
  })
})

describe('recovery from a failed agent', () => {
  test('a second try of the same agent helps after a passing failure', async ({
    multiAgentContext,
    mockApiResponses,
  }) => {
    const { orchestrator, agents } = multiAgentContext
    await mockApiResponses.notFound({ modelId: 'codellama:34b' })
    const result = await recover(orchestrator, agents[0], 'Do it')
    expect(result).toMatchObject({ agent: 'coder', recoveredBy: 'retry' })
    expect(result.steps.map((step) => step.status)).toEqual(['failed', 'answered'])
  })

  test('a substitute takes over from an agent that keeps failing', async ({ multiAgentContext, mockApiResponses }) => {
    const { orchestrator, agents } = multiAgentContext
    await mockApiResponses.notFound({ modelId: 'codellama:34b', times: 2 })
    const result = await recover(orchestrator, agents[0], 'Do it', { substitutes: [agents[1]] })
    expect(result).toMatchObject({ agent: 'reviewer', recoveredBy: 'substitute' })
  })

  test('a degraded answer stands in when nobody can', async ({ multiAgentContext, mockApiResponses }) => {
    const { orchestrator, agents } = multiAgentContext
    await mockApiResponses.configure({ failures: [{ rate: 1, fail: '404' }] })
    const degrade = (error: unknown) => `Sorry: ${(error as CallFailedError).kind}`
    const result = await recover(orchestrator, agents[0], 'Do it', { substitutes: [agents[1]], degrade })
    expect(result).toMatchObject({ content: 'Sorry: not_found', agent: null, recoveredBy: 'degrade' })
  })

  test('when nothing helps, the error tells every try', async ({ multiAgentContext, mockApiResponses }) => {
    const { orchestrator, agents } = multiAgentContext
    await mockApiResponses.configure({ failures: [{ rate: 1, fail: '404' }] })
    const failure = await recover(orchestrator, agents[0], 'Do it', { retries: 2 }).catch((error) => error)
    expect(failure).toBeInstanceOf(WorkflowError)
    expect(failure.trace.steps).toHaveLength(3)
    expect(failure.cause).toBeInstanceOf(CallFailedError)
  })
})

describe('consensus', () => {
  const question = 'Tabs or spaces? Answer with one word.'

  test('the majority decides', async ({ multiAgentContext, mockApiResponses }) => {
    const { orchestrator, agents } = multiAgentContext
    await mockApiResponses.success('Tabs', { modelId: 'codellama:34b' })
    await mockApiResponses.success(' spaces ')
    const result = await reachConsensus(orchestrator, agents, question)
    expect(result).toMatchObject({ decision: 'spaces', decidedBy: 'votes', count: { share: 2 / 3 } })
  })

  test('weights can overrule heads', async ({ multiAgentContext, mockApiResponses }) => {
    const { orchestrator, agents } = multiAgentContext
    await mockApiResponses.success('tabs', { modelId: 'claude-sonnet-4-5' })
    await mockApiResponses.success('spaces')
    const undecided = await reachConsensus(orchestrator, agents, question, { rule: 'weighted' })
    expect(undecided).toMatchObject({ decision: null, count: { leading: ['spaces', 'tabs'] } })
    const heavier = agents.map((agent) => ({ ...agent, weight: agent.name === 'analyst' ? 3 : 1 }))
    expect((await reachConsensus(orchestrator, heavier, question, { rule: 'weighted' })).decision).toBe('tabs')
  })

  test('a judge breaks a tie, choosing among the answers given', async ({ multiAgentContext, mockApiResponses }) => {
    const { orchestrator, agents } = multiAgentContext
    await mockApiResponses.success('tabs', { modelId: 'codellama:34b' })
    await mockApiResponses.success('spaces', { modelId: 'gpt-4o' })
    await mockApiResponses.success('tabs', { includes: 'The answers given are', modelId: 'claude-sonnet-4-5' })
    const result = await reachConsensus(orchestrator, agents.slice(0, 2), question, { judge: agents[2] })
    expect(result).toMatchObject({ decision: 'tabs', decidedBy: 'judge' })
    expect(result.steps).toHaveLength(3)
  })

  test('a failed agent and an empty-handed one abstain, and a quorum can be asked for', async ({
    multiAgentContext,
    mockApiResponses,
  }) => {
    const { orchestrator, agents } = multiAgentContext
    await mockApiResponses.configure({ script: [{ model: 'codellama:34b', fail: '404', times: 2 }] })
    await mockApiResponses.success('abstain', { modelId: 'gpt-4o' })
    await mockApiResponses.success('tabs')
    const result = await reachConsensus(orchestrator, agents, question)
    expect(result).toMatchObject({ decision: 'tabs', count: { abstained: ['coder', 'reviewer'] } })
    await expect(reachConsensus(orchestrator, agents, question, { quorum: 2 })).rejects.toThrow(
      '1 of 3 agents voted, 2 are needed',
    )
  })
})

describe('map and reduce', () => {
  test('answers are combined in the order of the parts', async ({
    multiAgentContext,
    mockApiResponses,
    simulator,
    apiKey,
  }) => {
    const { orchestrator, agents } = multiAgentContext
    for (const part of ['one', 'two', 'three']) await mockApiResponses.success(`${part}!`, { includes: `part ${part}` })
    await mockApiResponses.success('all of it', { modelId: 'gpt-4o' })
    const parts = ['part one', 'part two', 'part three']
    const result = await mapReduce(orchestrator, { mapper: agents[2], reducer: agents[1] }, parts)
    expect(result).toMatchObject({ content: 'all of it', missing: [] })
    expect((await simulator.requests(apiKey)).at(-1)!.lastMessage).toBe('one!\n\ntwo!\n\nthree!')
  })

  test('missing parts are named, and too many of them are an error', async ({
    multiAgentContext,
    mockApiResponses,
  }) => {
    const { orchestrator, agents } = multiAgentContext
    const roles = { mapper: agents[0], reducer: agents[1] }
    await mockApiResponses.notFound({ modelId: 'codellama:34b' })
    const options = { concurrency: 1, minimumShare: 0.5 }
    expect((await mapReduce(orchestrator, roles, ['a', 'b', 'c'], options)).missing).toEqual([0])
    await mockApiResponses.notFound({ modelId: 'codellama:34b', times: 2 })
    const few = mapReduce(orchestrator, roles, ['d', 'e', 'f'], options)
    await expect(few).rejects.toThrow('1 of 3 parts were answered, 50 % are needed')
  })
})

test('cancelling a workflow reaches every agent, down to its provider', async ({
  multiAgentContext,
  mockApiResponses,
  simulator,
  apiKey,
}) => {
  const { orchestrator, agents } = multiAgentContext
  await mockApiResponses.timeout({ times: 3 })
  const cancelling = new AbortController()
  const workflow = runParallel(orchestrator, agents, 'Take your time', { signal: cancelling.signal })
  await expect.poll(async () => (await simulator.requests(apiKey)).length).toBe(3)
  cancelling.abort(new Error('enough'))
  await expect(workflow).rejects.toThrow('enough')
  await expect
    .poll(async () => (await simulator.requests(apiKey)).map(({ outcome }) => outcome))
    .toEqual(['cancelled', 'cancelled', 'cancelled'])
})

test('the costs of the steps add up to those of the session', async ({ multiAgentContext }) => {
  const { orchestrator, agents, sessionId } = multiAgentContext
  const { steps, costNanoDollars } = await runParallel(orchestrator, agents, 'What does it cost?', { sessionId })
  expect(steps.map((step) => step.costNanoDollars > 0)).toEqual([false, true, true])
  expect(steps.reduce((sum, step) => sum + step.costNanoDollars, 0)).toBe(costNanoDollars)
  expect(orchestrator.ledger.session(sessionId)).toMatchObject({ calls: 3, costNanoDollars })
})
