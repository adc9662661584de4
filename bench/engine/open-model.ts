import type { OpenLoad } from '../../plugin/measure/bench-options.ts'
import { runOurs } from './engines.ts'
import { figure, percent, type Section } from './section.ts'

/** A thousand requests a second for 5 s against a function in memory: does the generator keep its own schedule? */
export const openModel: Section = async (report) => {
  for (const arrivals of ['constant', 'poisson'] as const) {
    const load: OpenLoad = { rate: 1000, duration: 5000, arrivals }
    const fn = async () => {}
    const { measurements } = await runOurs([{ name: 'open', fn, options: { load } }])
    const result = measurements[0]!.load!
    // Poisson arrivals number 5,000 only on average: what was sent is compared with what fell due.
    const due = arrivals === 'constant' ? 5000 : result.requests + result.dropped
    const achieved = result.requests / result.durationMs / (due / 5000)
    const lag = result.scheduleLag!
    await report({
      key: `engine_open_model_${arrivals}`,
      title: `open model, 1,000/s for 5 s, ${arrivals}`,
      figures: {
        lag_p99: figure('P99 Schedule Lag', lag.p99Ms * 1e6, 'ns'),
        rate_deviation: figure('Deviation of the Rate', Math.abs(achieved - 1)),
      },
      details: `lag p50 ${lag.p50Ms.toFixed(2)}, p99 ${lag.p99Ms.toFixed(2)}, max ${lag.maxMs.toFixed(1)} ms; rate ${percent(achieved - 1, 2)} off`,
      subject: { fn, options: { load } },
    })
  }
}
