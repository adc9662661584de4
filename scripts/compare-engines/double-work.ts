import { quantile } from '../../plugin/statistics/quantile.ts'
import { runBuiltIn, runOurs } from './engines.ts'
import type { Row, Section } from './section.ts'
import { createWork, stepsFor } from './work.ts'

const sizes = [10, 30, 100, 1_000, 10_000, 100_000, 1_000_000]

/** A function doing the same work twice takes twice as long: does the engine say so? */
export const doubleWork: Section = async () => {
  const rows: Row[] = []
  for (const ns of sizes) {
    const steps = stepsFor(ns)
    const contestants = Object.entries(createWork(steps)).map(([name, fn]) => ({ name, fn }))
    const { measurements } = await runOurs(contestants)
    const builtIn = await runBuiltIn(contestants, { time: 200 })
    const median = (name: string) => quantile(measurements.find((each) => each.name === name)!.samplesNs, 0.5)
    const ratio = median('twice') / median('once')
    const theirs = builtIn[1]!.latency.p50 / builtIn[0]!.latency.p50
    rows.push({
      what: `same work twice, ${ns >= 1000 ? `${ns / 1000} µs` : `${ns} ns`}`,
      target: 'ratio 2.00 ± 0.02',
      measured: `${ratio.toFixed(3)} (${median('once').toPrecision(4)} ns once); built-in ${theirs.toFixed(3)}`,
      met: Math.abs(ratio - 2) <= 0.02,
    })
  }
  return rows
}
