import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Pool } from 'undici'
import { quantile } from '../../plugin/statistics/quantile.ts'
import { runOurs } from './engines.ts'
import { figure, type Section } from './section.ts'

const require = createRequire(import.meta.url)

const CONNECTIONS = 10
const SECONDS = 3
/** Runs of each, taking turns; the medians are compared. */
const REPEATS = 3

/** Requests per second for `-R`, which `-C` asks for: far above what the server lets through, so that it never waits for it. */
const NO_LIMIT = '100000'

/**
 * The closed model through a loopback server of 2 ms service time, against autocannon with as many connections: with `-C` (no
 * correction for coordinated omission), which it takes only beside a rate, and without both. The better of the two counts.
 */
export const closedModel: Section = async (report) => {
  const server = spawn(process.execPath, [fileURLToPath(new URL('./slow-server.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [port] = (await once(server.stdout, 'data')) as [Buffer]
  const origin = `http://127.0.0.1:${port.toString().trim()}`
  const pool = new Pool(origin, { connections: CONNECTIONS })
  const get = async () => {
    const { statusCode, body } = await pool.request({ path: '/', method: 'GET' })
    await body.text()
    if (statusCode !== 200) throw new Error(`Status ${statusCode}`)
  }
  const load = { concurrency: CONNECTIONS, duration: SECONDS * 1000 }
  const ours: number[] = []
  const uncorrected: number[] = []
  const plain: number[] = []
  try {
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      uncorrected.push(autocannon(origin, '-C', '-R', NO_LIMIT))
      const { measurements } = await runOurs([{ name: 'undici', fn: get, options: { load } }])
      ours.push(measurements[0]!.load!.throughputPerSecond)
      plain.push(autocannon(origin))
    }
    const ratio = quantile(ours, 0.5) / Math.max(quantile(uncorrected, 0.5), quantile(plain, 0.5))
    await report({
      key: 'engine_closed_model',
      title: `closed model, ${CONNECTIONS} connections, server of 2 ms`,
      figures: { rate_ratio: figure('Requests over those of autocannon', ratio, '1', 'higher') },
      details: `${ratio.toFixed(2)}x: ${list(ours)} against ${list(uncorrected)} (\`-C -R ${NO_LIMIT}\`) and ${list(plain)} (without) requests/s`,
      subject: { fn: get, options: { load } },
    })
  } finally {
    await pool.destroy()
    server.stdin.end()
  }
}

function list(rates: readonly number[]): string {
  return rates.map((rate) => rate.toFixed(0)).join(', ')
}

function autocannon(origin: string, ...more: string[]): number {
  const command = require.resolve('autocannon/autocannon.js')
  const options = ['-c', String(CONNECTIONS), '-d', String(SECONDS), ...more, '-j', origin]
  const output = execFileSync(process.execPath, [command, ...options], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return (JSON.parse(output) as { requests: { average: number } }).requests.average
}
