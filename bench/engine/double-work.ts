import { quantile } from '../../plugin/statistics/quantile.ts'
import { runBuiltIn, runOurs } from './engines.ts'
import { figure, type Section } from './section.ts'
import { createWork, stepsFor } from './work.ts'

const sizes = { '10ns': 10, '30ns': 30, '100ns': 100, '1us': 1_000, '10us': 10_000, '100us': 100_000, '1ms': 1_000_000 }
/** Runs whose median counts: a shared processor changes its speed meanwhile. */
const REPEATS = 5

/** A function doing the same work twice takes twice as long: does the engine say so? */
export const doubleWork: Section = async (report) => {
  for (const [size, ns] of Object.entries(sizes)) {
    const work = createWork(stepsFor(ns))
    const contestants = Object.entries(work).map(([name, fn]) => ({ name, fn }))
    const ours: number[] = []
    const builtIn: number[] = []
    let onceNs = Number.NaN
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const { measurements } = await runOurs(contestants)
      const median = (name: string) => quantile(measurements.find((each) => each.name === name)!.samplesNs, 0.5)
      onceNs = median('once')
      ours.push(median('twice') / onceNs)
      const theirs = await runBuiltIn(contestants, { time: 200 })
      builtIn.push(theirs[1]!.latency.p50 / theirs[0]!.latency.p50)
    }
    const ratio = quantile(ours, 0.5)
    await report({
      key: `engine_double_work_${size}`,
      title: `same work twice, ${size}`,
      figures: { deviation: figure('Deviation from a Ratio of 2', Math.abs(ratio - 2)) },
      details:
        `${ratio.toFixed(3)} (${Math.min(...ours).toFixed(3)} to ${Math.max(...ours).toFixed(3)}; ${onceNs.toPrecision(4)} ns once); ` +
        `built-in ${quantile(builtIn, 0.5).toFixed(3)}`,
      subject: { fn: work.twice },
    })
  }
}
