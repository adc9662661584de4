import { describe, expect } from 'vitest'
import {
  type CallResult,
  ConversationTooLongError,
  createConversation,
  handOver,
  type Message,
  mapReduce,
  reachConsensus,
  recover,
} from '../../fixtures/orchestrator/index.ts'
import { test } from './strict-world.ts'

describe('code generation', () => {
  test('a model that is good at code writes it, and the user sees which one and for how much', async ({
    orchestrator,
  }) => {
    const task = { taskType: 'code_generation', complexity: 'medium' } as const
    const { modelId, reasons } = orchestrator.selectModel(task)
    const messages = [{ role: 'user' as const, content: 'Write a binary search in TypeScript' }]
    const result = await orchestrator.run(task, { messages, maxOutputTokens: 30 })
    expect(result.model).toBe(modelId)
    expect(reasons.join(' ')).toMatch(/code_generation .* medium complexity/)
    expect(result.content).not.toBe('')
    expect(result.costNanoDollars).toBeGreaterThanOrEqual(0)
  })

  test('codellama:34b answers a call made to it by name', async ({ orchestrator }) => {
    const result = await orchestrator.callModel({
      modelId: 'codellama:34b',
      messages: [{ role: 'user', content: 'Reverse a list' }],
    })
    expect(result).toMatchObject({ model: 'codellama:34b', provider: 'ollama', costNanoDollars: 0 })
    expect(result.content).toMatch(/\w+/)
  })

  test('code is written, reviewed and corrected by three agents in turn', async ({
    multiAgentContext,
    mockApiResponses,
  }) => {
    const { orchestrator, agents, sessionId } = multiAgentContext
    await mockApiResponses.success('const f = (x) => x', { modelId: 'codellama:34b' })
    await mockApiResponses.success('x has no type', { includes: 'const f', modelId: 'gpt-4o' })
    await mockApiResponses.success('const f = (x: number) => x', { includes: 'no type' })
    const { content, steps } = await handOver(orchestrator, agents, 'Write the identity function', { sessionId })
    expect(content).toBe('const f = (x: number) => x')
    expect(steps.map(({ agent }) => agent)).toEqual(['coder', 'reviewer', 'analyst'])
    expect(orchestrator.ledger.session(sessionId).calls).toBe(3)
  })

  test('code arrives as it is written', async ({ orchestrator }) => {
    let shown = ''
    let end: CallResult | undefined
    const messages = [{ role: 'user' as const, content: 'Write a parser' }]
    for await (const event of orchestrator.streamModel({ modelId: 'codellama:34b', messages })) {
      if (event.type === 'text') shown += event.text
      if (event.type === 'end') end = event.result
    }
    expect(shown).toBe(end!.content)
  })
})

describe('debugging', () => {
  const tools = [{ name: 'run_tests', description: 'Runs the tests', parameters: { type: 'object', properties: {} } }]

  test('a model asks for a tool, is told its result, and explains the bug', async ({
    orchestrator,
    mockApiResponses,
  }) => {
    const messages: Message[] = [{ role: 'user', content: 'Why does my test fail? You may call run_tests.' }]
    const first = await orchestrator.callModel({ modelId: 'claude-sonnet-4-5', messages, tools, maxOutputTokens: 50 })
    expect(first.finishReason).toBe('tool_calls')
    const [call] = first.toolCalls
    messages.push({ role: 'assistant', content: first.content, toolCalls: first.toolCalls })
    messages.push({ role: 'tool', toolCallId: call!.id, content: 'expected 2, got 3' })
    await mockApiResponses.success('Off by one in line 7', { includes: 'expected 2, got 3' })
    const second = await orchestrator.callModel({ modelId: 'claude-sonnet-4-5', messages, tools, maxOutputTokens: 50 })
    expect(second).toMatchObject({ content: 'Off by one in line 7', finishReason: 'stop', toolCalls: [] })
  })

  test('a hard bug goes to a model fit for deep analysis', async ({ orchestrator }) => {
    const task = { taskType: 'debugging', complexity: 'high', analysis: 'deep' } as const
    const { candidates, modelId } = orchestrator.selectModel(task)
    expect(candidates.every(({ analytical }) => analytical)).toBe(true)
    const result = await orchestrator.run(task, {
      messages: [{ role: 'user', content: 'A deadlock, sometimes' }],
      maxOutputTokens: 9,
    })
    expect(result.model).toBe(modelId)
  })

  test('when the first model is down, the user still gets an answer and learns who gave it', async ({
    orchestrator,
    mockApiResponses,
  }) => {
    const task = { taskType: 'debugging', complexity: 'medium' } as const
    const { modelId } = orchestrator.selectModel(task)
    await mockApiResponses.overloaded({ modelId, times: 3 })
    const result = await orchestrator.run(task, {
      messages: [{ role: 'user', content: 'It crashes' }],
      maxOutputTokens: 9,
    })
    expect(result).toMatchObject({ fallbackReason: 'overloaded' })
    expect(result.model).not.toBe(modelId)
  })
})

describe('a conversation of many turns', () => {
  test('the model is told everything said so far', async ({ orchestrator, simulator, apiKey }) => {
    const conversation = createConversation(orchestrator, { modelId: 'gpt-4o', system: 'Be kind.', answerTokens: 10 })
    const inputs: number[] = []
    for (const said of ['My name is Ada', 'I like tea', 'What do you know about me?']) {
      inputs.push((await conversation.send(said)).usage.inputTokens)
    }
    expect(inputs).toEqual(inputs.toSorted((a, b) => a - b))
    expect(conversation.messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
      'assistant',
    ])
    expect((await simulator.requests(apiKey)).map(({ lastMessage }) => lastMessage)).toEqual([
      'My name is Ada',
      'I like tea',
      'What do you know about me?',
    ])
  })

  test('another model takes over in the middle and knows what was said', async ({
    orchestrator,
    simulator,
    apiKey,
  }) => {
    const conversation = createConversation(orchestrator, { modelId: 'codellama:34b', answerTokens: 10 })
    await conversation.send('Remember the number 42')
    conversation.switchModel('claude-haiku-4-5')
    const answer = await conversation.send('Which number?')
    expect(answer.model).toBe('claude-haiku-4-5')
    const [first, second] = await simulator.requests(apiKey)
    expect([first!.provider, second!.provider]).toEqual(['ollama', 'anthropic'])
    expect(second!.inputTokens).toBeGreaterThan(first!.inputTokens)
    expect(() => conversation.switchModel('nobody')).toThrow('Unknown model "nobody"')
  })

  test('old turns give way when the window is full, the instructions stay', async ({ orchestrator }) => {
    const model = orchestrator.registry.require('gpt-4o')
    orchestrator.registry.set({ ...model, id: 'small-window', contextWindow: 400 })
    const conversation = createConversation(orchestrator, {
      modelId: 'small-window',
      system: 'Be kind.',
      answerTokens: 20,
    })
    const longText = 'word '.repeat(120)
    for (let turn = 0; turn < 5; turn++) {
      const { usage } = await conversation.send(`${turn} ${longText}`)
      expect(usage.inputTokens + usage.outputTokens).toBeLessThanOrEqual(400)
    }
    expect(conversation.droppedMessages).toBeGreaterThan(0)
    await expect(conversation.send('word '.repeat(800))).rejects.toThrow(ConversationTooLongError)
  })

  test('a turn that fails leaves the conversation as it was', async ({ orchestrator, mockApiResponses }) => {
    const conversation = createConversation(orchestrator, { modelId: 'gpt-4o', answerTokens: 10 })
    await conversation.send('First')
    const before = conversation.messages
    await mockApiResponses.invalidRequest()
    await expect(conversation.send('Second')).rejects.toThrow('invalid_request')
    expect(conversation.messages).toEqual(before)
    await conversation.send('Third')
    expect(conversation.messages).toHaveLength(4)
  })

  test('turns sent at the same time are taken one after the other', async ({ orchestrator }) => {
    const conversation = createConversation(orchestrator, { modelId: 'gpt-4o', answerTokens: 5 })
    await Promise.all(['one', 'two', 'three'].map((said) => conversation.send(said)))
    expect(conversation.messages.filter(({ role }) => role === 'user').map(({ content }) => content)).toEqual([
      'one',
      'two',
      'three',
    ])
    expect(orchestrator.ledger.session(conversation.sessionId).costNanoDollars).toBe(conversation.costNanoDollars)
  })
})

describe('a decision by consensus', () => {
  test('three models agree, and the user sees how each voted', async ({ multiAgentContext, mockApiResponses }) => {
    const { orchestrator, agents } = multiAgentContext
    await mockApiResponses.success('Approve', { modelId: 'gpt-4o' })
    await mockApiResponses.success('reject', { modelId: 'codellama:34b' })
    await mockApiResponses.success('approve')
    const { decision, votes, costNanoDollars } = await reachConsensus(orchestrator, agents, 'Merge this change?')
    expect(decision).toBe('approve')
    expect(votes.map(({ agent, choice }) => [agent, choice])).toEqual([
      ['coder', 'reject'],
      ['reviewer', 'approve'],
      ['analyst', 'approve'],
    ])
    expect(costNanoDollars).toBeGreaterThan(0)
  })

  test('without agreement the user is told so, and a judge can be asked', async ({
    multiAgentContext,
    mockApiResponses,
  }) => {
    const { orchestrator, agents } = multiAgentContext
    await mockApiResponses.success('red', { modelId: 'codellama:34b' })
    await mockApiResponses.success('green', { modelId: 'gpt-4o' })
    await mockApiResponses.success('blue', { modelId: 'claude-sonnet-4-5' })
    const question = 'Which colour?'
    expect(await reachConsensus(orchestrator, agents, question)).toMatchObject({ decision: null, decidedBy: null })
    await mockApiResponses.success('green', { modelId: 'gpt-4.1' })
    const judge = { name: 'judge', modelId: 'gpt-4.1' }
    expect(await reachConsensus(orchestrator, agents, question, { judge })).toMatchObject({
      decision: 'green',
      decidedBy: 'judge',
    })
  })
})

test('a long document is read in parts and summed up', async ({ multiAgentContext, mockApiResponses }) => {
  const { orchestrator, agents } = multiAgentContext
  await mockApiResponses.success('a part', { modelId: 'claude-sonnet-4-5' })
  await mockApiResponses.success('the whole', { includes: 'a part', modelId: 'gpt-4o' })
  const chapters = Array.from({ length: 6 }, (_, index) => `Chapter ${index}`)
  const { content, steps } = await mapReduce(orchestrator, { mapper: agents[2], reducer: agents[1] }, chapters)
  expect(content).toBe('the whole')
  expect(steps).toHaveLength(7)
})

test('facts are extracted as JSON', async ({ orchestrator }) => {
  const messages = [{ role: 'user' as const, content: 'Extract the name as JSON: Ada Lovelace' }]
  const { content } = await orchestrator.callModel({ modelId: 'gpt-4o', messages, json: true })
  expect(JSON.parse(content)).toEqual({ answer: expect.any(String) })
})

test('with every provider down, the user gets a plain word instead of a stack trace', async ({
  multiAgentContext,
  mockApiResponses,
}) => {
  const { orchestrator, agents } = multiAgentContext
  await mockApiResponses.configure({ failures: [{ rate: 1, fail: '404' }] })
  const options = { substitutes: [agents[1]], degrade: () => 'No model is available now.' }
  const { content, recoveredBy } = await recover(orchestrator, agents[0], 'Help', options)
  expect([content, recoveredBy]).toEqual(['No model is available now.', 'degrade'])
})
