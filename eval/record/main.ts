import { execFile, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/**
 * Records sessions: `node eval/record/main.ts calm 12` adds twelve fresh processes to eval/recordings/calm.json; with `loaded`,
 * two other processes are busy half of the time meanwhile.
 */
const [condition = 'calm', count = '1'] = process.argv.slice(2)
const path = join(import.meta.dirname, '../recordings', `${condition}.json`)
const sessions: Record<string, number[]>[] = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : []

const busy = `for (;;) { const end = Date.now() + 20 * Math.random(); while (Date.now() < end); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20 * Math.random()) }`
const burners =
  condition === 'loaded' ? [0, 1].map(() => spawn(process.execPath, ['-e', busy], { stdio: 'ignore' })) : []
try {
  for (let session = 0; session < Number(count); session++) {
    const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'session.ts')])
    sessions.push(JSON.parse(stdout))
    writeFileSync(path, `[\n${sessions.map((each) => JSON.stringify(each)).join(',\n')}\n]\n`)
  }
} finally {
  for (const burner of burners) burner.kill()
}
process.stdout.write(`${sessions.length} sessions in eval/recordings/${condition}.json\n`)
