import { expect, type TestContext } from 'vitest'
import { simulatedEndpoints } from '../fixtures/context/api-clients.ts'
import { test } from '../fixtures/index.ts'
import { makeRequest } from '../fixtures/make-request.ts'
import type { Orchestrator } from '../fixtures/orchestrator/index.ts'
import {
  createFaultyOrchestrator,
  type ReferenceSystem,
  type System,
  type SystemRequest,
} from '../fixtures/system/index.ts'
import { failover, failoverClass, failures, fallbackModelId } from '../fixtures/workload.ts'
import type { Metric } from '../plugin/run/metric.ts'
import { median } from '../plugin/statistics/median.ts'
import { quantity } from './measures/quantity.ts'

/** How long a caller waits for the fallback when a provider fails, in every way it can; nothing may be lost or said twice. */
const request = { ...makeRequest(failoverClass, 1), fallbacks: [fallbackModelId] }

/** What a caller got in the end; the failure's kind, and when it was known, where the system tells. */
interface Recovery {
  content: string
  kind?: string
  failedAt?: number
}

/** A system one of whose providers fails. */
interface Broken {
  /** Makes it forget what it has learnt of the failure. */
  renew(): Promise<void>
  /** Asks the model that fails, as one answer or as a stream. */
  recover(stream: boolean): Promise<Recovery>
  close(): Promise<void>
}

for (const [name, { kind, ...more }] of Object.entries(failures)) {
  test(`Failover after ${name}`, async ({ bench, system, skip }) => {
    const broken = await breakProvider(system, name as keyof typeof failures, skip)
    const { calls } = patienceFor(kind)
    const expected = await system.callModel({ ...request, modelId: fallbackModelId, fallbacks: [] })
    const recoveries: (Recovery & { answeredAt: number })[] = []
    let lost = 0
    await bench(
      `provider_failover_${name}`,
      {
        category: 'provider_failover',
        title: `Failover after ${name}`,
        metadata: { failure: name, failure_kind: kind, model: failoverClass.modelId, fallback: fallbackModelId },
        iterations: calls,
        warmupIterations: 1,
        warmupTime: 0,
        beforeEach: broken.renew,
        metrics: () => ({
          ...failoverTime(recoveries),
          requests_lost: {
            kind: 'count',
            title: 'Requests Lost',
            direction: 'lower',
            gate: true,
            value: lost,
            unit: '1',
          },
          duplicated_text: {
            kind: 'count',
            title: 'Answers with Text twice',
            direction: 'lower',
            gate: true,
            value: recoveries.filter(({ content }) => content !== expected.content).length,
            unit: '1',
          },
        }),
      },
      async () => {
        try {
          recoveries.push({ ...(await broken.recover('stream' in more)), answeredAt: performance.now() })
        } catch {
          lost++
        }
      },
    ).run()
    await broken.close()
    expect(lost, 'requests lost').toBe(0)
    expect(new Set(recoveries.map(({ content }) => content)), 'the answer of the fallback, once').toEqual(
      new Set([expected.content]),
    )
    const kinds = new Set(recoveries.flatMap((recovery) => recovery.kind ?? []))
    if (system.kind === 'reference') expect(kinds, 'the failure that was brought about').toEqual(new Set([kind]))
  })
}

function failoverTime(recoveries: readonly (Recovery & { answeredAt: number })[]): Record<string, Metric> {
  const times = recoveries.flatMap(({ failedAt, answeredAt }) => (failedAt === undefined ? [] : answeredAt - failedAt))
  if (times.length === 0) return {}
  return { failover_time: quantity('Time from Failure to Answer', median(times) * 1e6, 'ns') }
}

function patienceFor(kind: string) {
  return kind === 'timeout' ? failover.impatient : failover.patient
}

async function breakProvider(system: System, name: keyof typeof failures, skip: TestContext['skip']): Promise<Broken> {
  if (system.kind === 'reference') return breakReference(system, name)
  const { failModel } = system
  if (!failModel) return skip('needs failModel, which the system under test lacks')
  if (!(await failModel(failoverClass.modelId, String(name))))
    return skip(`the system under test cannot bring about ${name}`)
  return {
    renew: async () => {},
    recover: (stream) => (stream ? recoverForeignStream(system, skip) : system.callModel(request)),
    close: async () => {},
  }
}

async function breakReference({ simulator, apiKey }: ReferenceSystem, name: keyof typeof failures): Promise<Broken> {
  const { fail, kind } = failures[name]
  await simulator.configure(apiKey, {
    failures: [{ provider: 'openai', model: failoverClass.modelId, rate: 1, fail }],
  })
  const endpoints = simulatedEndpoints(simulator.url, apiKey)
  // A shared port cannot refuse one connection of many.
  if (name === 'refused') endpoints.openai.baseUrl = simulator.refusedUrl
  // To the fallback at once: waiting for a provider to recover is another question.
  const create = () =>
    createFaultyOrchestrator({ endpoints, deadlines: patienceFor(kind).deadlines, retry: { retries: 0 } })
  let orchestrator = create()
  return {
    // A fresh one for each call: one that has learnt of the failure would leave the provider alone.
    async renew() {
      await orchestrator.close()
      orchestrator = create()
    },
    recover: (stream) => (stream ? recoverStream(orchestrator) : recoverCall(orchestrator)),
    close: () => orchestrator.close(),
  }
}

/** As `recoverStream`, by a system of which nothing but its answers is known. */
async function recoverForeignStream(system: System, skip: TestContext['skip']): Promise<Recovery> {
  const { streamModel } = system
  if (!streamModel) return skip('needs streamModel, which the system under test lacks')
  const read = async (asked: SystemRequest) => {
    let content = ''
    for await (const event of streamModel(asked)) {
      if (event.type === 'text') content += event.text
      if (event.type === 'incomplete') throw new Error('the stream broke off')
    }
    return { content }
  }
  return read(request).catch(() => read({ ...request, modelId: fallbackModelId, fallbacks: [] }))
}

/** The orchestrator turns to the fallback by itself. */
async function recoverCall(orchestrator: Orchestrator): Promise<Recovery> {
  let failedAt = 0
  orchestrator.events.once('fallback', () => {
    failedAt = performance.now()
  })
  const { content, fallbackReason } = await orchestrator.callModel(request)
  return { content, kind: String(fallbackReason), failedAt }
}

/**
 * A stream that broke off has shown part of an answer, which no other model may go on with: the caller drops it and asks the
 * fallback. Before the first token the orchestrator turns to the fallback by itself.
 */
async function recoverStream(orchestrator: Orchestrator): Promise<Recovery> {
  let failedAt = 0
  orchestrator.events.once('fallback', () => {
    failedAt = performance.now()
  })
  let shown = ''
  let kind = ''
  for await (const event of orchestrator.streamModel(request)) {
    if (event.type === 'text') shown += event.text
    if (event.type === 'end') return { content: shown, kind: String(event.result.fallbackReason), failedAt }
    if (event.type === 'incomplete') {
      failedAt = performance.now()
      kind = event.error.kind
    }
  }
  shown = ''
  for await (const event of orchestrator.streamModel({ ...request, modelId: fallbackModelId, fallbacks: [] })) {
    if (event.type === 'text') shown += event.text
  }
  return { content: shown, kind, failedAt }
}
