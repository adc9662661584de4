import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Pool } from 'undici'
import { quantile } from '../../plugin/statistics/quantile.ts'
import { runOurs } from './engines.ts'
import type { Section } from './section.ts'

const CONNECTIONS = 10
const SECONDS = 3
/** Runs of each, taking turns; the medians are compared. */
const REPEATS = 3

/**
 * The closed model through a loopback server of 2 ms service time, against autocannon with as many connections. autocannon's `-C` (no correction
 * for coordinated omission) is only accepted with a rate; without one, as here, it corrects nothing anyway.
 */
export const closedModel: Section = async () => {
  const server = spawn(process.execPath, [fileURLToPath(new URL('./slow-server.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [port] = (await once(server.stdout, 'data')) as [Buffer]
  const origin = `http://127.0.0.1:${port.toString().trim()}`
  const pool = new Pool(origin, { connections: CONNECTIONS })
  try {
    const ours: number[] = []
    const theirs: number[] = []
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      theirs.push(autocannon(origin))
      ours.push(await requestsPerSecond(pool))
    }
    const ratio = quantile(ours, 0.5) / quantile(theirs, 0.5)
    return [
      {
        what: `closed model, ${CONNECTIONS} connections, server of 2 ms`,
        target: '≥0.8x autocannon',
        measured: `${ratio.toFixed(2)}x: ${list(ours)} against ${list(theirs)} requests/s`,
        met: ratio >= 0.8,
      },
    ]
  } finally {
    await pool.destroy()
    server.stdin.end()
  }
}

function list(rates: readonly number[]): string {
  return rates.map((rate) => rate.toFixed(0)).join(', ')
}

async function requestsPerSecond(pool: Pool): Promise<number> {
  const get = async () => {
    const { statusCode, body } = await pool.request({ path: '/', method: 'GET' })
    await body.text()
    if (statusCode !== 200) throw new Error(`Status ${statusCode}`)
  }
  const load = { concurrency: CONNECTIONS, duration: SECONDS * 1000 }
  const { measurements } = await runOurs([{ name: 'undici', fn: get, options: { load } }])
  return measurements[0]!.load!.throughputPerSecond
}

function autocannon(origin: string): number {
  const command = fileURLToPath(import.meta.resolve('autocannon/autocannon.js'))
  const options = ['-c', String(CONNECTIONS), '-d', String(SECONDS), '-j', origin]
  const output = execFileSync(process.execPath, [command, ...options], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return (JSON.parse(output) as { requests: { average: number } }).requests.average
}
