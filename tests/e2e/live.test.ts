import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { testInFolder as test } from '../support/temporary-folder.ts'

const root = join(import.meta.dirname, '../..')

test('vitest-verdict bench --live serves the report while it measures, and ends by itself', {
  timeout: 600_000,
}, async ({ folder }) => {
  const args = [join(root, 'plugin/cli/main.ts'), 'bench', '--live', '--sessions', '2']
  const start = join(folder, 'start')
  const env = {
    ...process.env,
    START_FILE: start,
    NO_COLOR: '1',
    VITEST_VERDICT_OUTPUT_DIR: folder,
    VITEST_VERDICT_BASELINE: join(folder, 'b.json'),
  }
  const child = spawn(process.execPath, args, {
    cwd: join(root, 'tests/e2e/projects/plain'),
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const exited = once(child, 'exit')
    const url = await new Promise<string>((resolve) => {
      let output = ''
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString()
        const [, found] = /Live view: (http:\/\/127\.0\.0\.1:\d+\/)/.exec(output) ?? []
        if (found !== undefined) resolve(found)
      })
    })
    expect(await (await fetch(url)).text()).toContain('Waiting for the first benchmark')
    const events = await fetch(`${url}events`)
    expect(new TextDecoder().decode((await events.body!.getReader().read()).value)).toContain('"total":2')
    await writeFile(start, '')
    expect(await exited).toEqual([0, null])
  } finally {
    child.kill('SIGKILL')
  }
})
