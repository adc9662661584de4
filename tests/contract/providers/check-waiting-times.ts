/**
 * Measures waiting times at the loopback server in real time and compares them with Erlang C. Not a test, since it depends
 * on the machine: run it alone with `node tests/contract/providers/check-waiting-times.ts [seconds]`.
 */
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
  const measured = waits.reduce((sum, wait) => sum + wait, 0) / waits.length
  const expected = meanWait(servers, servers * utilisation, serviceMs)
  const difference = ((measured / expected - 1) * 100).toFixed(1)
  console.log(
    `${servers} servers at ${utilisation}: mean wait ${measured.toFixed(2)} ms of ${waits.length} requests, Erlang C ${expected.toFixed(2)} ms (${difference} %)`,
  )
}
