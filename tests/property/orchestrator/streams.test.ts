import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readLines } from '../../../fixtures/orchestrator/clients/read-lines.ts'
import {
  createAnthropicClient,
  createOllamaClient,
  createOpenAiClient,
  type StreamEvent,
} from '../../../fixtures/orchestrator/index.ts'
import { chunked } from '../../unit/orchestrator/support/scripted-fetch.ts'

const settings = { seed: 4, numRuns: 60 }
const endpoint = { id: 'here', baseUrl: 'http://127.0.0.1:1' }
const request = { upstreamId: 'm', messages: [{ role: 'user' as const, content: 'x' }] }
const words = fc.array(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).filter((text) => text.isWellFormed()),
  { maxLength: 8 },
)

const sse = (data: unknown, name?: string) =>
  `${name ? `event: ${name}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`

/** The same answer in each provider's stream format. */
const formats = {
  openai: (texts: string[]) =>
    [
      ...texts.map((content) =>
        sse({ id: 'c', model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null }] }),
      ),
      sse({ id: 'c', model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
      sse('[DONE]'),
    ].join(''),
  anthropic: (texts: string[]) =>
    [
      sse(
        { type: 'message_start', message: { id: 'i', model: 'm', usage: { input_tokens: 1, output_tokens: 1 } } },
        'message_start',
      ),
      sse({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }, 'content_block_start'),
      ...texts.map((text) =>
        sse({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }, 'content_block_delta'),
      ),
      sse({ type: 'content_block_stop', index: 0 }, 'content_block_stop'),
      sse({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } }, 'message_delta'),
      sse({ type: 'message_stop' }, 'message_stop'),
    ].join(''),
  ollama: (texts: string[]) =>
    [
      ...texts.map(
        (content) => `${JSON.stringify({ model: 'm', message: { role: 'assistant', content }, done: false })}\n`,
      ),
      `${JSON.stringify({ model: 'm', message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop' })}\n`,
    ].join(''),
}
const create = { openai: createOpenAiClient, anthropic: createAnthropicClient, ollama: createOllamaClient }

/** The bytes of `text`, cut wherever `cuts` says, in the middle of characters too. */
function cut(text: string, cuts: readonly number[]): Uint8Array[] {
  const bytes = new TextEncoder().encode(text)
  const places = [
    0,
    ...cuts.map((place) => place % (bytes.length + 1)).toSorted((left, right) => left - right),
    bytes.length,
  ]
  return places.slice(1).map((end, index) => bytes.slice(places[index], end))
}

async function collect(stream: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const events: StreamEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

describe('streams', () => {
  test.each(['openai', 'anthropic', 'ollama'] as const)(
    '%s: however it is cut into chunks, the events are the same',
    async (api) => {
      await fc.assert(
        fc.asyncProperty(words, fc.array(fc.nat(5_000), { maxLength: 30 }), async (texts, cuts) => {
          const client = create[api](endpoint, async () => chunked(cut(formats[api](texts), cuts)))
          const events = await collect(client.stream(request, { signal: new AbortController().signal }))
          expect(events.flatMap((event) => (event.type === 'text' ? [event.text] : []))).toEqual(texts)
          expect(events.at(-1)).toMatchObject({ type: 'end', answer: { content: texts.join('') } })
        }),
        settings,
      )
    },
  )

  test.each(['openai', 'anthropic', 'ollama'] as const)(
    '%s: one that breaks off anywhere is never taken for whole',
    async (api) => {
      await fc.assert(
        fc.asyncProperty(words, fc.nat(5_000), async (texts, place) => {
          const whole = new TextEncoder().encode(formats[api](texts))
          // Without its last two bytes, the end of the last event, no stream is whole.
          const kept = whole.slice(0, place % (whole.length - 2))
          const client = create[api](endpoint, async () => chunked([kept]))
          await expect(collect(client.stream(request, { signal: new AbortController().signal }))).rejects.toMatchObject(
            { name: 'ProviderError' },
          )
        }),
        settings,
      )
    },
  )

  test('readLines() gives the lines, whatever the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, ''))),
        fc.array(fc.nat(2_000)),
        async (lines, cuts) => {
          const read: string[] = []
          for await (const line of readLines(chunked(cut(lines.join('\n'), cuts)).body!)) read.push(line)
          expect(read).toEqual(lines.filter((line) => line.trim() !== ''))
        },
      ),
      settings,
    )
  })
})
