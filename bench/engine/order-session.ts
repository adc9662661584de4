import { quantile } from '../../plugin/statistics/quantile.ts'
import { runBuiltIn, runOurs } from './engines.ts'
import { createWork } from './work.ts'

/** One session of `order-effect.ts`: prints the second's time over the first's. Run as a process of its own. */
const { once } = createWork(100)
const contestants = [
  { name: 'first', fn: () => once() },
  { name: 'second', fn: () => once() },
]
const { measurements } = await runOurs(contestants)
const median = (name: string) => quantile(measurements.find((each) => each.name === name)!.samplesNs, 0.5)
const builtIn = await runBuiltIn(contestants, { time: 300 })
process.stdout.write(
  JSON.stringify({
    ours: median('second') / median('first'),
    builtIn: builtIn[1]!.latency.mean / builtIn[0]!.latency.mean,
  }),
)
