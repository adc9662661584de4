import { expect, test } from 'vitest'
import type { ProviderReply } from '../../../fixtures/providers/provider-request.ts'
import type { BehaviourInput } from '../../../fixtures/providers/scenario.ts'
import { createRandom } from '../../../fixtures/providers/seeded-random.ts'
import { createSimulatedProviders } from '../../../fixtures/providers/simulated-providers.ts'
import { createVirtualClock } from '../../../fixtures/providers/virtual-clock.ts'
import { erlangB, erlangC, meanWait, meanWaitDeterministic } from './queueing-theory.ts'

const serviceMs = 50

interface Load {
  readonly servers: number
  /** Share of the capacity that is asked for. */
  readonly utilisation: number
  readonly requests: number
  readonly serviceTime?: 'exponential' | 'deterministic'
  readonly queueLimit?: number
}

/** Poisson arrivals at one simulated model on a virtual clock. Times in ms. */
async function simulate({ servers, utilisation, requests, serviceTime = 'exponential', queueLimit = 1e9 }: Load) {
  const clock = createVirtualClock()
  const defaults = {
    servers,
    queueLimit,
    serviceTime,
    prefillMsPerToken: 0,
    decodeMsPerToken: serviceMs,
    outputTokens: 1,
  }
  const scenario: BehaviourInput = { providers: { openai: { defaults } } }
  const simulator = createSimulatedProviders({ seed: 5, scenario, clock })
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x' }] })
  const arrivals = createRandom('arrivals')
  const betweenMs = serviceMs / (servers * utilisation)
  const waits: number[] = []
  const stays: number[] = []
  let turnedAway = 0
  let left = requests

  const count = (reply: ProviderReply, stayMs: number) => {
    if (reply.kind !== 'response' || reply.status !== 200) turnedAway++
    else {
      waits.push(Number(reply.headers['x-simulator-queue-ms']))
      stays.push(stayMs)
    }
  }
  const arrive = () => {
    const arrivedAt = clock.now()
    const request = { method: 'POST', path: '/v1/chat/completions', headers: { authorization: 'Bearer k' }, body }
    void simulator.handle(request).then((reply) => count(reply, clock.now() - arrivedAt))
    if (--left > 0) clock.schedule(arrivals.exponential() * betweenMs, arrive)
  }
  arrive()
  await clock.run()
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    meanWaitMs: mean(waits),
    waited: waits.filter((wait) => wait > 0.0005).length / waits.length,
    meanStayMs: mean(stays),
    turnedAway: turnedAway / requests,
    endedAt: clock.now(),
    answered: waits.length,
    busyMs: stays.reduce((sum, stay) => sum + stay, 0),
  }
}

const within = (share: number, value: number) => ({ low: value * (1 - share), high: value * (1 + share) })

test.each([
  { servers: 1, utilisation: 0.5, requests: 20_000 },
  { servers: 2, utilisation: 0.6, requests: 20_000 },
  { servers: 4, utilisation: 0.75, requests: 30_000 },
])('waiting times agree with Erlang C: $servers servers at $utilisation', async (load) => {
  const measured = await simulate(load)
  const offered = load.servers * load.utilisation
  const wait = within(0.06, meanWait(load.servers, offered, serviceMs))
  expect(measured.meanWaitMs).toBeGreaterThan(wait.low)
  expect(measured.meanWaitMs).toBeLessThan(wait.high)
  const waited = within(0.06, erlangC(load.servers, offered))
  expect(measured.waited).toBeGreaterThan(waited.low)
  expect(measured.waited).toBeLessThan(waited.high)
})

test('waiting times of equal services agree with Pollaczek and Khinchine', async () => {
  const measured = await simulate({ servers: 1, utilisation: 0.7, requests: 20_000, serviceTime: 'deterministic' })
  const { low, high } = within(0.06, meanWaitDeterministic(0.7, serviceMs))
  expect(measured.meanWaitMs).toBeGreaterThan(low)
  expect(measured.meanWaitMs).toBeLessThan(high)
})

test('where nobody may wait, the share turned away agrees with Erlang B', async () => {
  const measured = await simulate({ servers: 3, utilisation: 1, requests: 20_000, queueLimit: 0 })
  const { low, high } = within(0.06, erlangB(3, 3))
  expect(measured.turnedAway).toBeGreaterThan(low)
  expect(measured.turnedAway).toBeLessThan(high)
})

test('the number under way is the arrival rate times the stay (Little)', async () => {
  const measured = await simulate({ servers: 2, utilisation: 0.5, requests: 5_000 })
  const meanUnderWay = measured.busyMs / measured.endedAt
  const rate = measured.answered / measured.endedAt
  expect(meanUnderWay).toBeCloseTo(rate * measured.meanStayMs, 9)
  // The stay is the wait and the service, nothing else.
  expect(measured.meanStayMs - measured.meanWaitMs).toBeGreaterThan(serviceMs * 0.95)
  expect(measured.meanStayMs - measured.meanWaitMs).toBeLessThan(serviceMs * 1.05)
})

test('an overload drains at the rate the fluid model says', async () => {
  // 120 requests a second for 5 s at a capacity of 80 a second leave 200 waiting: 2.5 s of work, from when arrivals stop.
  const measured = await simulate({ servers: 4, utilisation: 1.5, requests: 600, serviceTime: 'deterministic' })
  expect(measured.endedAt).toBeGreaterThan(7_400)
  expect(measured.endedAt).toBeLessThan(7_700)
})
