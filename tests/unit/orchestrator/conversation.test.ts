import { describe, expect, test } from 'vitest'
import { trimMessages } from '../../../fixtures/orchestrator/conversation/trim-messages.ts'
import {
  type CallRequest,
  type CallResult,
  ConversationTooLongError,
  createConversation,
  createModelRegistry,
  type Message,
  UnknownModelError,
} from '../../../fixtures/orchestrator/index.ts'

const registry = createModelRegistry()

function talking(
  answer: (request: CallRequest) => string | Error = ({ messages }) => `answer to ${messages.at(-1)!.content}`,
) {
  const requests: CallRequest[] = []
  const callModel = async (request: CallRequest) => {
    requests.push(request)
    const content = answer(request)
    if (content instanceof Error) throw content
    return { content, toolCalls: [], costNanoDollars: 5 } as unknown as CallResult
  }
  return { caller: { callModel, registry }, requests }
}

describe('createConversation()', () => {
  test('tells the model everything said so far', async () => {
    const { caller, requests } = talking()
    const conversation = createConversation(caller, { modelId: 'gpt-4o', system: 'Be brief.', sessionId: 's' })
    await conversation.send('one')
    await conversation.send('two', { temperature: 0 })
    expect(requests[1]).toMatchObject({ modelId: 'gpt-4o', sessionId: 's', temperature: 0, maxOutputTokens: 1_024 })
    expect(requests[1]!.messages.map(({ role, content }) => `${role}: ${content}`)).toEqual([
      'system: Be brief.',
      'user: one',
      'assistant: answer to one',
      'user: two',
    ])
    expect(conversation).toMatchObject({ costNanoDollars: 10, droppedMessages: 0, modelId: 'gpt-4o', sessionId: 's' })
    expect(conversation.messages).toHaveLength(5)
  })

  test('keeps the tool calls of an answer, for the results that follow', async () => {
    const toolCalls = [{ id: 'c1', name: 'weather', arguments: { city: 'Bern' } }]
    const callModel = async () => ({ content: '', toolCalls, costNanoDollars: 5 }) as unknown as CallResult
    const conversation = createConversation({ callModel, registry }, { modelId: 'gpt-4o' })
    await conversation.send('Weather?')
    expect(conversation.messages.at(-1)).toEqual({ role: 'assistant', content: '', toolCalls })
  })

  test('is as before when a call fails', async () => {
    let fail = true
    const { caller } = talking(() => (fail ? new Error('down') : 'fine'))
    const conversation = createConversation(caller, { modelId: 'gpt-4o' })
    await expect(conversation.send('one')).rejects.toThrow('down')
    expect(conversation.messages).toEqual([])
    fail = false
    await conversation.send('one')
    expect(conversation.messages).toHaveLength(2)
  })

  test('says one thing after the other, in the order of the calls', async () => {
    const { caller, requests } = talking()
    const conversation = createConversation(caller, { modelId: 'gpt-4o' })
    await Promise.all([conversation.send('one'), conversation.send('two')])
    expect(requests[1]!.messages.map(({ content }) => content)).toEqual(['one', 'answer to one', 'two'])
  })

  test('goes on with another model, which is told the same', async () => {
    const { caller, requests } = talking()
    const conversation = createConversation(caller, { modelId: 'gpt-4o' })
    await conversation.send('one')
    conversation.switchModel('claude-haiku-4-5')
    await conversation.send('two')
    expect(requests[1]!.modelId).toBe('claude-haiku-4-5')
    expect(requests[1]!.messages).toHaveLength(3)
    expect(() => conversation.switchModel('none')).toThrow(UnknownModelError)
    expect(() => createConversation(caller, { modelId: 'none' })).toThrow(UnknownModelError)
  })

  test('drops the oldest turns when the window is full, and keeps its instructions', async () => {
    const { caller, requests } = talking(() => 'word '.repeat(100))
    // 16,384 tokens of window x 0.05 - 200 for the answer leave room for about four turns.
    const conversation = createConversation(caller, {
      modelId: 'phi-4-14b',
      system: 'Stay.',
      windowShare: 0.05,
      answerTokens: 200,
    })
    for (let turn = 0; turn < 10; turn++) await conversation.send(`turn ${turn}`)
    const last = requests.at(-1)!.messages
    expect(last[0]).toEqual({ role: 'system', content: 'Stay.' })
    expect(last[1]!.role).toBe('user')
    expect(last.at(-1)!.content).toBe('turn 9')
    expect(last.length).toBeLessThan(14)
    expect(conversation.droppedMessages).toBeGreaterThan(5)
    expect(conversation.messages).toHaveLength(21)
  })

  test('says so when even one turn is too long', async () => {
    const { caller } = talking()
    const conversation = createConversation(caller, { modelId: 'phi-4-14b', windowShare: 0.05, answerTokens: 200 })
    await expect(conversation.send('word '.repeat(1_000))).rejects.toThrow(ConversationTooLongError)
  })
})

describe('trimMessages()', () => {
  const message = (role: Message['role'], content: string): Message => ({ role, content })
  const length = ({ content }: Message) => content.length
  const talk = [
    message('system', 's'),
    message('user', 'aaaa'),
    message('assistant', 'bb'),
    message('tool', 'c'),
    message('user', 'dd'),
    message('assistant', 'e'),
    message('user', 'f'),
  ]

  test('keeps whole turns, so that no tool result loses its call', () => {
    expect(trimMessages(talk, 100, length)).toEqual(talk)
    expect(
      trimMessages(talk, 11, length)
        .map(({ content }) => content)
        .join(''),
    ).toBe('sddef')
    expect(trimMessages(talk, 12, length)).toEqual(talk)
    expect(
      trimMessages(talk, 4, length)
        .map(({ content }) => content)
        .join(''),
    ).toBe('sf')
  })

  test('keeps an assistant’s greeting as a turn of its own', () => {
    expect(trimMessages([message('assistant', 'hello'), message('user', 'x')], 2, length)).toEqual([
      message('user', 'x'),
    ])
  })

  test('has nothing to trim in nothing', () => {
    expect(trimMessages([], 0, length)).toEqual([])
    expect(() => trimMessages([message('user', 'xx')], 1, length)).toThrow('take 2 tokens, 1 are available')
  })
})
