import { EventEmitter } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { test } from '../../../fixtures/index.ts'
import { simulate } from '../../../fixtures/providers/simulate-command.ts'

/** A process whose output and signals a test holds in its hands. */
function fakeProcess() {
  const signals = new EventEmitter()
  const printed = Promise.withResolvers<string>()
  return {
    stdout: { write: (text: string) => printed.resolve(text) },
    once: (signal: string, listener: () => void) => signals.once(signal, listener),
    send: (signal: string) => signals.emit(signal),
    printed: printed.promise,
  }
}

test('simulate() prints its address as one JSON line, serves, and ends on SIGTERM', async ({ tempDir }) => {
  const scenario = `${tempDir}/scenario.json`
  await writeFile(scenario, '{"providers":{"openai":{"strict":true,"models":{"only-this":{}}}}}')
  const fake = fakeProcess()
  const running = simulate({ port: '0', seed: '3', scenario }, fake)
  const line = await fake.printed
  expect(line).toMatch(/^\{.*\}\n$/)
  const { url, refusedUrl } = JSON.parse(line)
  const models = await fetch(`${url}/v1/models`, { headers: { authorization: 'Bearer k' } })
  const listed = (await models.json()) as { data: { id: string }[] }
  expect(listed.data.map((model) => model.id)).toContain('only-this')
  await expect(fetch(refusedUrl)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  fake.send('SIGTERM')
  await running
  await expect(fetch(url)).rejects.toThrow()
})

test('simulate() says which option is wrong and what it takes', async () => {
  for (const [options, message] of [
    [{ port: 'eighty' }, 'Cannot use --port eighty: it must be a whole number from 0 to 65535'],
    [{ port: 70_000 }, 'Cannot use --port 70000: it must be a whole number from 0 to 65535'],
    [{ seed: '-1' }, `Cannot use --seed -1: it must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`],
  ] as const) {
    await expect(simulate(options, fakeProcess())).rejects.toThrow(message)
  }
})

test('simulate() says that a port is taken and what to do', async ({ simulator }) => {
  const { port } = new URL(simulator.url)
  await expect(simulate({ port }, fakeProcess())).rejects.toThrow(`Cannot listen on port ${port} as it is taken`)
})
