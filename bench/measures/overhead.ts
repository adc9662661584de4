import type { SystemAnswer } from '../../fixtures/system/index.ts'
import type { Measured } from '../../plugin/measure/bench-options.ts'
import type { Metric } from '../../plugin/run/metric.ts'
import { quantity } from './quantity.ts'

/** Keeps, call by call, how long the provider says it took, for the split of the time into its part and the orchestrator's. */
export function watchProviderTime() {
  let calls = 0
  let sumMs = 0
  return {
    note(answer: SystemAnswer): void {
      if (answer.providerMs == null) return
      calls++
      sumMs += answer.providerMs
    },
    /**
     * Means, whose difference is exact however the shares vary from call to call. Judged on the overhead too: where most of the
     * time is the provider's, twice the overhead hardly shows in the whole. Nothing where providers don't say.
     */
    metrics({ metrics }: Measured): Record<string, Metric> {
      const whole = metrics.duration_mean
      if (calls === 0 || whole?.kind !== 'quantity') return {}
      const providerNs = (sumMs / calls) * 1e6
      return {
        provider_time: quantity('Provider Time', providerNs, 'ns'),
        orchestrator_overhead: quantity('Orchestrator Overhead', whole.value - providerNs, 'ns', {
          gate: true,
          partOf: 'duration_mean',
        }),
      }
    },
  }
}
