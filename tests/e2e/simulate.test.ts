import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runNode } from '../support/run-vitest.ts'

const main = join(import.meta.dirname, '../../plugin/cli/main.ts')

test('vitest-verdict simulate prints its address as one JSON line, answers, and ends by SIGTERM', async () => {
  const child = spawn(process.execPath, [main, 'simulate', '--seed', '1'], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const { url } = JSON.parse(line.toString()) as { url: string }
    expect(new URL(url).hostname).toBe('127.0.0.1')
    const models = (await (await fetch(`${url}/v1/models`, { headers: { authorization: 'Bearer any' } })).json()) as {
      object: string
      data: unknown[]
    }
    expect(models.object).toBe('list')
    expect(models.data.length).toBeGreaterThan(0)
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  } finally {
    child.kill('SIGKILL')
  }
})

test.for<[args: string[], message: RegExp]>([
  [['--port', '70000'], /Cannot use --port 70000/],
  [['--scenario', 'missing.json'], /missing\.json/],
])('vitest-verdict simulate %j ends with exit code 3 and says why', async ([args, message]) => {
  const { exitCode, output } = await runNode([main, 'simulate', ...args], import.meta.dirname)
  expect(output).toMatch(message)
  expect(output).not.toContain('    at ')
  expect(exitCode).toBe(3)
})
