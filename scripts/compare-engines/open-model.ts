import type { OpenLoad } from '../../plugin/measure/bench-options.ts'
import { runOurs } from './engines.ts'
import { percent, type Row, type Section } from './section.ts'

/** A thousand requests a second for 5 s against a function in memory: does the generator keep its own schedule? */
export const openModel: Section = async () => {
  const rows: Row[] = []
  for (const arrivals of ['constant', 'poisson'] as const) {
    const load: OpenLoad = { rate: 1000, duration: 5000, arrivals }
    const { measurements } = await runOurs([{ name: 'open', fn: async () => {}, options: { load } }])
    const result = measurements[0]!.load!
    // Poisson arrivals number 5,000 only on average: what was sent is compared with what fell due.
    const due = arrivals === 'constant' ? 5000 : result.requests + result.dropped
    const achieved = result.requests / result.durationMs / (due / 5000)
    const lag = result.scheduleLag!
    rows.push({
      what: `open model, 1,000/s for 5 s, ${arrivals}`,
      target: 'lag p99 <2 ms, rate within 0.5 %',
      measured: `lag p50 ${lag.p50Ms.toFixed(2)}, p99 ${lag.p99Ms.toFixed(2)}, max ${lag.maxMs.toFixed(1)} ms; rate ${percent(achieved - 1, 2)} off`,
      met: lag.p99Ms < 2 && Math.abs(achieved - 1) <= 0.005,
    })
  }
  return rows
}
