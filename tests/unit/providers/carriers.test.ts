import { EventEmitter, once } from 'node:events'
import { request } from 'node:http'
import { expect, test } from 'vitest'
import { createSimulatorFetch } from '../../../fixtures/providers/fetch-carrier.ts'
import { createHttpCarrier } from '../../../fixtures/providers/http-carrier.ts'
import { type ChildProcess, serveForParent } from '../../../fixtures/providers/serve-for-parent.ts'
import { createSimulatedProviders } from '../../../fixtures/providers/simulated-providers.ts'

const body = JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'x' }] })
const chat = (headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { authorization: 'Bearer k', ...headers },
  body,
})
const address = 'http://simulator.invalid/v1/chat/completions'

test('createSimulatorFetch() takes a Request as well as an address and options', async () => {
  const fetch = createSimulatorFetch(createSimulatedProviders())
  expect((await fetch(new Request(address, chat()))).status).toBe(200)
  expect((await fetch(new URL('http://simulator.invalid/api/tags'))).status).toBe(200)
})

test('createSimulatorFetch() fails the body with the reason when its reader aborts in the middle', async () => {
  const simulator = createSimulatedProviders({
    scenario: { providers: { openai: { defaults: { decodeMsPerToken: 5 } } } },
  })
  const leaving = new AbortController()
  const response = await createSimulatorFetch(simulator)(address, { ...chat(), signal: leaving.signal })
  const reader = response.body!.getReader()
  await reader.read()
  leaving.abort(new Error('enough'))
  await expect(
    (async () => {
      while (!(await reader.read()).done);
    })(),
  ).rejects.toThrow('enough')
  expect(simulator.requests('k')[0]!.outcome).toBe('cancelled')
})

test('createSimulatorFetch() frees the provider when its reader cancels the body', async () => {
  const simulator = createSimulatedProviders({
    scenario: { providers: { openai: { defaults: { decodeMsPerToken: 5 } } } },
  })
  const response = await createSimulatorFetch(simulator)(address, chat())
  const reader = response.body!.getReader()
  await reader.read()
  await reader.cancel()
  expect(simulator.requests('k')[0]!.outcome).toBe('cancelled')
})

test('createSimulatorFetch() does not start once its signal has aborted', async () => {
  const simulator = createSimulatedProviders()
  const call = createSimulatorFetch(simulator)(address, { ...chat(), signal: AbortSignal.abort(new Error('before')) })
  await expect(call).rejects.toThrow('before')
  expect(simulator.requests('k')).toEqual([])
})

test('createHttpCarrier() tells a fault of the simulator from one of a provider', async () => {
  const server = createHttpCarrier({
    ...createSimulatedProviders(),
    handle: () => Promise.reject(new Error('a bug')),
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const response = await fetch(`http://127.0.0.1:${(server.address() as { port: number }).port}/v1/models`)
  expect([response.status, response.headers.get('x-simulator-fault')]).toEqual([500, '1'])
  expect(await response.text()).toContain('a bug')
  server.closeAllConnections()
  server.close()
})

test('createHttpCarrier() joins a body that comes in parts', async () => {
  const server = createHttpCarrier(createSimulatedProviders())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { port: number }
  const sent = request({ port, host: '127.0.0.1', path: '/v1/chat/completions', ...chat() })
  for (const part of [body.slice(0, 20), body.slice(20)]) {
    sent.write(part)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  sent.end()
  const [response] = await once(sent, 'response')
  expect(response.statusCode).toBe(200)
  server.closeAllConnections()
  server.close()
})

/** A process whose ends a test holds. */
function fakeChild() {
  const events = new EventEmitter()
  const said = Promise.withResolvers<string>()
  const ended = Promise.withResolvers<number>()
  const child: ChildProcess = {
    once: (event: string, listener: (...values: never[]) => void) => events.once(event, listener as () => void),
    stdout: { write: (text) => said.resolve(text) },
    stderr: { write: (text) => said.resolve(text) },
    exit: (code) => ended.resolve(code),
  }
  return { child, events, said: said.promise, ended: ended.promise }
}

test('serveForParent() serves what its parent asks for until it is told to end', async () => {
  const { child, events, said, ended } = fakeChild()
  serveForParent(child)
  events.emit('message', { seed: 1 })
  const { url } = JSON.parse(await said)
  expect((await fetch(`${url}/simulator`)).status).toBe(200)
  events.emit('SIGTERM')
  expect(await ended).toBe(0)
  await expect(fetch(url)).rejects.toThrow()
})

test('serveForParent() ends with its parent, and says why it could not begin', async () => {
  const orphan = fakeChild()
  serveForParent(orphan.child)
  orphan.events.emit('disconnect')
  expect(await orphan.ended).toBe(0)
  const wrong = fakeChild()
  serveForParent(wrong.child)
  wrong.events.emit('message', { scenario: { timeScale: -1 } })
  expect(await wrong.said).toContain('at timeScale')
  expect(await wrong.ended).toBe(1)
})
