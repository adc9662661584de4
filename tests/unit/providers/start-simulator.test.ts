import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { test } from '../../../fixtures/index.ts'
import { startSimulator } from '../../../fixtures/providers/start-simulator.ts'

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('startSimulator() runs a server in a process of its own until it is stopped', async () => {
  const simulator = await startSimulator()
  expect(simulator.pid).not.toBe(process.pid)
  expect(simulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(await (await fetch(`${simulator.url}/simulator`)).json()).toEqual({ simulator: 'vitest-verdict', ok: true })
  await simulator.stop()
  await simulator.stop()
  expect(isRunning(simulator.pid)).toBe(false)
})

test('startSimulator() takes a scenario from a file', async ({ tempDir }) => {
  const path = `${tempDir}/scenario.json`
  await writeFile(path, '{"script":["503"]}')
  await using simulator = await startSimulator({ scenario: path })
  const ask = () => fetch(`${simulator.url}/api/version`)
  expect([(await ask()).status, (await ask()).status]).toEqual([503, 200])
})

test('startSimulator() refuses a wrong scenario before it starts anything', async () => {
  await expect(startSimulator({ scenario: { timeScale: -1 } })).rejects.toThrow('at timeScale')
})

test('startSimulator() says why the server did not start', async ({ simulator }) => {
  const port = Number(new URL(simulator.url).port)
  await expect(startSimulator({ port })).rejects.toThrow(/did not start \(exit code 1\): .*EADDRINUSE/)
})

test('a refused address refuses, as long as the simulator runs', async ({ simulator }) => {
  await expect(fetch(simulator.refusedUrl)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
})

test('a running simulator refuses a wrong behaviour in words', async ({ simulator, apiKey }) => {
  await expect(simulator.configure(apiKey, { timeScale: -1 })).rejects.toThrow('at timeScale')
})

/** Runs a program that starts a simulator and prints its address; `then` is what it does next. */
async function startParent(tempDir: string, then: string) {
  const source = new URL('../../../fixtures/providers/start-simulator.ts', import.meta.url).href
  const program = `${tempDir}/parent.mts`
  await writeFile(
    program,
    `import { startSimulator } from ${JSON.stringify(source)}
    process.stdout.write((await startSimulator()).url)
    ${then}`,
  )
  const parent = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [url] = (await once(parent.stdout, 'data')) as [Buffer]
  return { parent, url: String(url) }
}

const answers = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  )

test('the server ends by itself when its parent is killed', async ({ tempDir }) => {
  const { parent, url } = await startParent(tempDir, 'setInterval(() => {}, 1000)')
  expect(await answers(url)).toBe(true)
  parent.kill('SIGKILL')
  await expect.poll(() => answers(url)).toBe(false)
})

test('a simulator nobody stopped does not keep its parent alive, and ends with it', async ({ tempDir }) => {
  const { parent, url } = await startParent(tempDir, '')
  if (parent.exitCode === null) await once(parent, 'exit')
  expect(parent.exitCode).toBe(0)
  await expect.poll(() => answers(url)).toBe(false)
})
