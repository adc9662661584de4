import { request } from 'node:http'
import { createParser } from 'eventsource-parser'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type LiveView, startLiveView } from '../../../reporters/live-view.ts'

let view: LiveView
beforeEach(async () => {
  view = await startLiveView('<p>first</p>')
})
afterEach(() => view.close())

const state = {
  done: 1,
  total: 4,
  running: 'cache_warm',
  latest: { key: 'cache_cold', medianNs: 2e6 },
  remainingMs: 9_000,
}

test('startLiveView() serves the page on 127.0.0.1, and the next one once there is one', async () => {
  expect(view.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
  expect(await (await fetch(view.url)).text()).toBe('<p>first</p>')
  view.show('<p>second</p>')
  expect(await (await fetch(view.url)).text()).toBe('<p>second</p>')
})

test('startLiveView() tells open pages of progress, and late ones of the latest', async () => {
  view.progress({ ...state, done: 0 })
  const response = await fetch(`${view.url}events`)
  const events: { event?: string | undefined; data: string }[] = []
  const parser = createParser({ onEvent: (event) => events.push(event) })
  const decoder = new TextDecoder()
  const reader = response.body!.getReader()
  const until = async (count: number) => {
    while (events.length < count) parser.feed(decoder.decode((await reader.read()).value, { stream: true }))
  }
  await until(1)
  view.progress(state)
  view.show('<p>done</p>')
  await until(3)
  expect(events.map(({ event }) => event)).toEqual(['progress', 'progress', 'report'])
  expect(events.slice(0, 2).map(({ data }) => JSON.parse(data).done)).toEqual([0, 1])
  await reader.cancel()
})

test('startLiveView() refuses foreign host names, other methods and other paths', async () => {
  const { port } = new URL(view.url)
  const status = (options: { host?: string; method?: string; path?: string }) =>
    new Promise<number | undefined>((resolve, reject) => {
      request(
        {
          host: '127.0.0.1',
          port,
          path: options.path ?? '/',
          method: options.method ?? 'GET',
          headers: { host: options.host ?? `127.0.0.1:${port}` },
        },
        (response) => {
          response.resume()
          resolve(response.statusCode)
        },
      )
        .on('error', reject)
        .end()
    })
  expect(await status({})).toBe(200)
  expect(await status({ host: `evil.test:${port}` })).toBe(403)
  expect(await status({ method: 'POST' })).toBe(405)
  expect(await status({ path: '/../package.json' })).toBe(404)
})

test('startLiveView() says when its port is taken', async () => {
  await expect(startLiveView('', Number(new URL(view.url).port))).rejects.toThrow('EADDRINUSE')
})
