/**
 * Measures waiting times at the loopback server in real time and compares them with Erlang C. Not a test, since it depends
 * on the machine: run it alone with `node tests/contract/providers/check-waiting-times.ts [seconds]`.
 */
import type { RequestRecord } from '../../../fixtures/providers/request-record.ts'
import { createRandom } from '../../../fixtures/providers/seeded-random.ts'
import { startSimulator } from '../../../fixtures/providers/start-simulator.ts'
import { meanWait } from '../../unit/providers/queueing-theory.ts'

const seconds = Number(process.argv[2] ?? 60)
const serviceMs = 20
await using simulator = await startSimulator({ seed: 3 })

for (const { servers, utilisation } of [
  { servers: 1, utilisation: 0.5 },
  { servers: 4, utilisation: 0.6 },
  { servers: 4, utilisation: 0.75 },
]) {
  const key = `${servers}-${utilisation}`
  const defaults = { servers, serviceTime: 'exponential', prefillMsPerToken: 0, decodeMsPerToken: serviceMs } as const
  await simulator.configure(key, { providers: { openai: { defaults } } })
  const random = createRandom(key)
  const waits: number[] = []
  const underWay: Promise<void>[] = []
  const ask = async () => {
    const response = await fetch(`${simulator.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'x' }] }),
    })
    await response.arrayBuffer()
    waits.push(Number(response.headers.get('x-simulator-queue-ms')))
  }
  // Arrivals are due at instants of their own, so that a late timer delays one of them and not all that follow.
  let dueAt = performance.now()
  const endAt = dueAt + seconds * 1_000
  while (dueAt < endAt) {
    dueAt += random.exponential() * (serviceMs / (servers * utilisation))
    const early = dueAt - performance.now()
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
    underWay.push(ask())
  }
  await Promise.all(underWay)
  const records = await simulator.requests(key)
  const expected = meanWait(servers, servers * utilisation, serviceMs)
  console.log(
    `${servers} servers at ${utilisation}, ${waits.length} requests: mean wait ${mean(waits).toFixed(2)} ms, Erlang C ${expected.toFixed(2)} ms; ` +
      `of the last ${records.length}: ${mean(records.map(({ queueMs }) => queueMs)).toFixed(2)} ms, by Kiefer and Wolfowitz ${mean(recursion(records, servers)).toFixed(2)} ms`,
  )
}

/**
 * What first come, first served at `servers` servers makes of these very arrivals and services: no chance left in it
 * (J. Kiefer and J. Wolfowitz, "On the Theory of Queues with Many Servers", 1955).
 */
function recursion(records: readonly RequestRecord[], servers: number): number[] {
  const freeAt = Array.from({ length: servers }, () => 0)
  return records.map(({ at, queueMs, totalMs }) => {
    const server = freeAt.indexOf(Math.min(...freeAt))
    const startedAt = Math.max(at, freeAt[server]!)
    freeAt[server] = startedAt + totalMs - queueMs
    return startedAt - at
  })
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
