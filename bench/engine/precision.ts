import { quantile } from '../../plugin/statistics/quantile.ts'
import { sorted } from '../../plugin/statistics/sorted.ts'
import { type Contestant, runBuiltIn, runOurs } from './engines.ts'
import { figure, percent, type Section } from './section.ts'
import { createWork, stepsFor } from './work.ts'

/** Half-width wanted, as a share of the estimate. */
const WANTED = 0.01
/** Repetitions whose median counts. */
const REPEATS = 7
/** Budgets tried for the built-in provider, ms, beside its default warm-up: the smallest that is precise enough counts. */
const budgets = [5, 10, 20, 50, 100, 200, 350, 500, 700, 1000]

/**
 * Time until the estimate is good to 1 %, everything included that the engine does (warm-up, statistics). Ours: distribution-free 95 %
 * interval of the median, and half a clock step of a round; it stops by itself. The built-in's: its own relative margin of
 * error of the mean, since its median of single calls is a multiple of the clock's step.
 */
export const precision: Section = async (report) => {
  const thirty = createWork(stepsFor(30)).once
  const thirtyThousand = createWork(stepsFor(30_000)).once
  const cases: [Contestant, key: string][] = [
    [{ name: '30 ns', fn: thirty }, '30ns'],
    [{ name: '30 µs', fn: thirtyThousand }, '30us'],
    [{ name: 'async 1 ms', fn: () => new Promise((resolve) => setTimeout(resolve, 1)) }, 'async_1ms'],
  ]
  // Both engines' own code compiled before anything counts.
  await runOurs([{ name: 'first', fn: createWork(50).once }])
  await runBuiltIn([{ name: 'first', fn: createWork(50).once }], { time: 50 })
  for (const [contestant, key] of cases) {
    const ours = await repeat(() => timeOurs(contestant))
    const theirs = await timeBuiltIn(contestant)
    const byDefault = await repeat(() => timeBuiltInAt(contestant, undefined), 3)
    const ratio = ours.ms / theirs.ms
    await report({
      key: `engine_precision_${key}`,
      title: `time to ±1 %, ${contestant.name}`,
      figures: {
        time_ratio: figure('Time over that of the Built-in', ratio),
        half_width: figure('Half-width of the Interval', ours.halfWidth),
      },
      details:
        `${ratio.toFixed(2)}x: ${ours.ms.toFixed(0)} ms (±${percent(ours.halfWidth, 2)}) against ${theirs.ms.toFixed(0)} ms ` +
        `(\`time: ${theirs.budget}\`, ±${percent(theirs.halfWidth, 2)}); built-in by default ${byDefault.ms.toFixed(0)} ms (±${percent(byDefault.halfWidth, 2)})`,
      subject: { fn: contestant.fn },
    })
  }
}

interface Timed {
  ms: number
  halfWidth: number
}

async function repeat(once: () => Promise<Timed>, times = REPEATS): Promise<Timed> {
  const all: Timed[] = []
  for (let time = 0; time < times; time++) all.push(await once())
  return {
    ms: quantile(
      all.map(({ ms }) => ms),
      0.5,
    ),
    halfWidth: quantile(
      all.map(({ halfWidth }) => halfWidth),
      0.5,
    ),
  }
}

async function timeOurs(contestant: Contestant): Promise<Timed> {
  const start = performance.now()
  const { measurements } = await runOurs([contestant])
  const ms = performance.now() - start
  const { samplesNs, clockStepNs, batchSize } = measurements[0]!
  const ordered = sorted(samplesNs)
  const reach = 0.98 * Math.sqrt(ordered.length)
  const at = (rank: number) => ordered[Math.min(ordered.length - 1, Math.max(0, Math.round(rank)))]!
  const middle = ordered.length / 2
  const statistical = (at(middle + reach) - at(middle - reach)) / 2
  return { ms, halfWidth: (statistical + clockStepNs / batchSize / 2) / at(middle) }
}

async function timeBuiltIn(contestant: Contestant): Promise<Timed & { budget: number }> {
  for (const budget of budgets) {
    const timed = await repeat(() => timeBuiltInAt(contestant, budget))
    if (timed.halfWidth <= WANTED || budget === budgets.at(-1)) return { ...timed, budget }
  }
  throw new Error('No budgets to try')
}

async function timeBuiltInAt(contestant: Contestant, time: number | undefined): Promise<Timed> {
  const start = performance.now()
  const [result] = await runBuiltIn([contestant], time === undefined ? {} : { time })
  return { ms: performance.now() - start, halfWidth: result!.latency.rme / 100 }
}
