import { expect } from 'vitest'
import { simulatedEndpoints } from '../fixtures/context/api-clients.ts'
import { test } from '../fixtures/index.ts'
import { makeRequest } from '../fixtures/make-request.ts'
import { createClient, type ProviderClient } from '../fixtures/orchestrator/index.ts'
import { createReferenceSystem, type ReferenceSystem } from '../fixtures/system/index.ts'
import { streamClasses, streaming, type TaskClass } from '../fixtures/workload.ts'
import type { Metric } from '../plugin/run/metric.ts'
import { controlHolds, measureOverheadPair, type OverheadPair } from './measures/overhead-pair.ts'
import { quantity } from './measures/quantity.ts'
import { watchStreams } from './measures/stream-timing.ts'

/** How an answer comes in, token by token, and how much of that is the orchestrator's doing. */
const category = 'api_response_time'
const warmupIterations = 2

for (const [name, task] of Object.entries(streamClasses)) {
  test(task.title, async ({ bench, system, skip }) => {
    const { streamModel } = system
    if (!streamModel) return skip('needs streamModel, which the system under test lacks')
    const streams = watchStreams()
    let asked = 0
    const ask = () => streams.read(() => streamModel(makeRequest(task, asked++)))
    expect(await ask()).not.toBe('')

    let pair: OverheadPair | undefined
    await bench(
      `api_response_${name}`,
      {
        category,
        title: task.title,
        warmupIterations,
        load: {
          concurrency: 1,
          requests: streaming.requests[name as keyof typeof streamClasses],
          targets: streaming.targets,
        },
        metrics: async ({ metrics }) => {
          const timing = streams.metrics()
          if (system.kind !== 'reference') return timing
          const mean = metrics.duration_mean
          const providerMs = await meanProviderMs(system)
          const split = await splitOverhead(system, task)
          pair = split.pair
          return {
            ...timing,
            ...split.metrics,
            provider_time: quantity('Provider Time', providerMs * 1e6, 'ns'),
            ...(mean?.kind === 'quantity' && {
              beyond_provider: quantity('Time beyond the Provider', mean.value - providerMs * 1e6, 'ns'),
            }),
          }
        },
        metadata: () => ({
          task_type: task.taskType,
          complexity: task.complexity,
          selected_model: task.modelId,
          input_tokens: task.inputTokens,
          output_tokens: task.outputTokens,
          ...(pair && {
            control_ms: pair.controlMs,
            control_low_ms: pair.controlInterval[0],
            control_high_ms: pair.controlInterval[1],
            control_holds: controlHolds(pair),
          }),
        }),
      },
      ask,
    ).run()
  })
}

/** What the provider itself says of the requests of the measurement: it knows when it began and when the last byte left. */
async function meanProviderMs({ simulator, apiKey }: ReferenceSystem): Promise<number> {
  const records = (await simulator.requests(apiKey)).slice(1 + warmupIterations)
  return records.reduce((sum, { totalMs }) => sum + totalMs, 0) / records.length
}

/**
 * The orchestrator's and the network's share, from pairs against a provider that answers at once: the same bytes in the same
 * format, without the milliseconds of the provider, which would hide tenths of one.
 */
async function splitOverhead(
  { simulator }: ReferenceSystem,
  task: TaskClass,
): Promise<{ pair: OverheadPair; metrics: Record<string, Metric> }> {
  const through = createReferenceSystem(simulator)
  const straight = createReferenceSystem(simulator)
  try {
    for (const { apiKey } of [through, straight]) await simulator.configure(apiKey, { timeScale: 0 })
    const model = through.orchestrator.registry.require(task.modelId)
    const endpoint = simulatedEndpoints(simulator.url, straight.apiKey)[model.provider]
    const client = createClient(endpoint, model, (...input) => globalThis.fetch(...input))
    let asked = 0
    const pair = await measureOverheadPair(
      () => drain(through.streamModel(makeRequest(task, asked++))),
      () => drain(stream(client, model.upstreamId, task, asked++)),
      streaming.pairs,
    )
    const records = await simulator.requests(straight.apiKey)
    const providerMs = records.reduce((sum, { totalMs }) => sum + totalMs, 0) / records.length
    return {
      pair,
      metrics: {
        // Where straight against straight isn't 0, the machine was not still enough for a difference this small: no figure then.
        ...(controlHolds(pair) && {
          orchestrator_overhead: quantity('Orchestrator Overhead', pair.overheadMs * 1e6, 'ns', {
            gate: true,
            partOf: 'without_provider',
          }),
          without_provider: quantity('Time without the Provider', (pair.straightMs + pair.overheadMs) * 1e6, 'ns'),
        }),
        network_overhead: quantity('Network Overhead', (pair.straightMs - providerMs) * 1e6, 'ns'),
      },
    }
  } finally {
    await through.close()
    await straight.close()
  }
}

function stream(client: ProviderClient, upstreamId: string, task: TaskClass, number: number) {
  const { messages, maxOutputTokens } = makeRequest(task, number)
  return client.stream({ upstreamId, messages, maxOutputTokens: maxOutputTokens! }, { signal: never })
}

const never = new AbortController().signal

async function drain(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of events);
}
