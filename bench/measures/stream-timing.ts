import type { SystemEvent } from '../../fixtures/system/index.ts'
import type { Metric } from '../../plugin/run/metric.ts'
import { median } from '../../plugin/statistics/median.ts'
import { quantity } from './quantity.ts'

/** When the pieces of one stream came; ms from the call. */
interface StreamTiming {
  firstMs: number
  endMs: number
  gapsMs: number[]
  tokens: number
}

/** Reads streams to their end and keeps when what came. */
export function watchStreams() {
  const streams: StreamTiming[] = []
  return {
    /** @throws Error when the stream has no end: an answer that broke off is none. */
    async read(open: () => AsyncIterable<SystemEvent>): Promise<string> {
      const start = performance.now()
      const arrivals: number[] = []
      let content = ''
      for await (const event of open()) {
        if (event.type === 'text') {
          arrivals.push(performance.now() - start)
          content += event.text
          continue
        }
        if (event.type === 'incomplete') throw new Error('the stream broke off')
        const endMs = performance.now() - start
        streams.push({
          firstMs: arrivals[0] ?? endMs,
          endMs,
          gapsMs: arrivals.slice(1).map((at, index) => at - arrivals[index]!),
          tokens: event.result.usage?.outputTokens ?? arrivals.length,
        })
        return content
      }
      throw new Error('the stream ended without its last event')
    },
    forget: () => streams.splice(0),
    /** Medians over the streams, but of the gaps over all of them. */
    metrics(): Record<string, Metric> {
      const ns = (title: string, of: (stream: StreamTiming) => number, gate = false) =>
        quantity(title, median(streams.map(of)) * 1e6, 'ns', { gate })
      const gaps = streams.flatMap(({ gapsMs }) => gapsMs)
      return {
        time_to_first_token: ns('Time to First Token', ({ firstMs }) => firstMs, true),
        ...(gaps.length > 0 && { inter_token_latency: quantity('Inter-Token Latency', median(gaps) * 1e6, 'ns') }),
        time_per_output_token: ns('Time per Output Token', perOutputToken),
        longest_stall: ns('Longest Stall', ({ gapsMs }) => Math.max(0, ...gapsMs)),
        tokens_per_second: quantity(
          'Tokens per Second',
          median(streams.map(({ tokens, endMs }) => (tokens / endMs) * 1000)),
          '1/s',
          { direction: 'higher', least: 0.001 },
        ),
      }
    },
  }
}

/** (end to end − time to first token) / (tokens − 1). */
function perOutputToken({ firstMs, endMs, tokens }: StreamTiming): number {
  return (endMs - firstMs) / Math.max(1, tokens - 1)
}
