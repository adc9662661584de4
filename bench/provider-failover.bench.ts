import { expect } from 'vitest'
import { simulatedEndpoints } from '../fixtures/context/api-clients.ts'
import { test } from '../fixtures/index.ts'
import { makeRequest } from '../fixtures/make-request.ts'
import type { Orchestrator } from '../fixtures/orchestrator/index.ts'
import { createFaultyOrchestrator, needsReference } from '../fixtures/system/index.ts'
import { failover, failoverClass, failures, fallbackModelId } from '../fixtures/workload.ts'
import { median } from '../plugin/statistics/median.ts'
import { quantity } from './measures/quantity.ts'

/** How long a caller waits for the fallback when a provider fails, in every way it can; nothing may be lost or said twice. */
const request = { ...makeRequest(failoverClass, 1), fallbacks: [fallbackModelId] }

/** What a caller got in the end, and when the first provider's failure was known. */
interface Recovery {
  content: string
  kind: string
  failedAt: number
}

for (const [name, { fail, kind, ...more }] of Object.entries(failures)) {
  test(`Failover after ${name}`, async ({ bench, system, skip }) => {
    needsReference(system, skip, 'providers that fail on demand')
    const { deadlines, calls } = kind === 'timeout' ? failover.impatient : failover.patient
    const { simulator, apiKey } = system
    await simulator.configure(apiKey, {
      failures: [{ provider: 'openai', model: failoverClass.modelId, rate: 1, fail }],
    })
    const endpoints = simulatedEndpoints(simulator.url, apiKey)
    // A shared port cannot refuse one connection of many.
    if (name === 'refused') endpoints.openai.baseUrl = simulator.refusedUrl
    const expected = await system.callModel({ ...request, modelId: fallbackModelId, fallbacks: [] })

    // A fresh one for each call: one that has learnt of the failure would leave the provider alone.
    let orchestrator: Orchestrator | undefined
    const renew = async () => {
      await orchestrator?.close()
      orchestrator = createFaultyOrchestrator({
        endpoints,
        deadlines,
        // To the fallback at once: waiting for a provider to recover is another question.
        retry: { retries: 0 },
      })
    }
    const recoveries: (Recovery & { answeredAt: number })[] = []
    let lost = 0
    const recover = 'stream' in more ? recoverStream : recoverCall
    await bench(
      `provider_failover_${name}`,
      {
        category: 'provider_failover',
        title: `Failover after ${name}`,
        metadata: { failure: name, failure_kind: kind, model: failoverClass.modelId, fallback: fallbackModelId },
        iterations: calls,
        warmupIterations: 1,
        warmupTime: 0,
        beforeEach: renew,
        metrics: () => ({
          failover_time: quantity(
            'Time from Failure to Answer',
            median(recoveries.map(({ failedAt, answeredAt }) => answeredAt - failedAt)) * 1e6,
            'ns',
          ),
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
          recoveries.push({ ...(await recover(orchestrator!)), answeredAt: performance.now() })
        } catch {
          lost++
        }
      },
    ).run()
    await orchestrator?.close()
    expect(lost, 'requests lost').toBe(0)
    expect(new Set(recoveries.map(({ content }) => content)), 'the answer of the fallback, once').toEqual(
      new Set([expected.content]),
    )
    expect(new Set(recoveries.map(({ kind }) => kind)), 'the failure that was brought about').toEqual(new Set([kind]))
  })
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
