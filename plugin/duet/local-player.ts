import { toldByPairs } from '../judge/judge-pairs.ts'
import { askForExtras } from '../measure/ask-for-extras.ts'
import type { BenchmarkOptions, LoadOptions } from '../measure/bench-options.ts'
import { clockFacts, now } from '../measure/clock.ts'
import { type Collections, watchCollections } from '../measure/collections.ts'
import { createLoadRun, describeLoad, type LoadRun, runLoad } from '../measure/load/load-engine.ts'
import { stepMetrics } from '../measure/load/load-metrics.ts'
import { resolveLoad } from '../measure/load/load-plan.ts'
import { bareCircumstances, latencyMeasurement, loadMeasurement } from '../measure/measurement.ts'
import { clockWithoutWaiting } from '../measure/processor-time.ts'
import { loopOverheads, trainLoopsOnce } from '../measure/rounds.ts'
import { SampleRecorder } from '../measure/sample-recorder.ts'
import { defaultMeasureOptions, type RunOptions } from '../measure/settings.ts'
import { settleGarbage } from '../measure/settle-garbage.ts'
import { inPhase, needsSingleCalls, runHook, runRound, type Subject } from '../measure/subject.ts'
import { warmUp } from '../measure/warm-up.ts'
import { touchYoungGeneration } from '../measure/young-generation.ts'
import type { Metric } from '../run/metric.ts'
import { mean } from '../statistics/mean.ts'
import { median } from '../statistics/median.ts'
import { quantile } from '../statistics/quantile.ts'
import { type Collecting, joinCollecting } from './collecting-time.ts'
import type { Lane } from './lane.ts'
import type { Batch, NamedFigures, Player, PlayerFacts, Turn } from './player.ts'

/** One version of one benchmark whose function is in this process. */
export interface Party {
  lane: Lane
  subject: Subject
  run: RunOptions
}

/**
 * Longest warm-up alone. Two settling turns of 5 ms follow. One version after the other, 15 ms were too short (ratios 10 % off) and 45
 * enough (DUET.md); with turns of the others in between V8 has the time of all, 75 ms, to compile beside: ratios are as right
 * (docs/against-evaluation.md).
 */
const MOST_ALONE_MS = 15

/** No probes: they would watch all versions of the process at once. */
const noProbes = { memory: false, cpu: false, withoutCalls: false }

/**
 * Lets a benchmark of this process be measured turn by turn. Its errors are kept at the subject too.
 * @param startClock starts a clock that stands still while this thread waits for a processor, ns
 */
export function localPlayer(
  { lane, subject, run }: Party,
  aborted: () => boolean,
  startClock: StartClock = clockWithoutWaiting,
): Player {
  const batchesNs: number[][] = []
  const roundsNs: number[] = []
  let collecting: Collecting | null = null
  const blocks: LoadRun[] = []
  const calling = { aborted, startClock }
  return {
    lane,
    ...factsOf(subject),
    get error() {
      return subject.error
    },
    set error(error) {
      subject.error = error
    },
    async warmUp() {
      // The compilers that these loops make V8 load and start keep the first function of a process waiting for 30 ms and more.
      await trainLoopsOnce()
      touchYoungGeneration()
      await inPhase(subject, 'warmup', run, () => warmUp(subject, aborted, MOST_ALONE_MS))
      return { callNs: subject.warmUp.callNs, single: needsSingleCalls(subject) }
    },
    async open() {
      await run.setup?.(subject.task, 'run')
      await runHook(subject, 'beforeAll', 'run')
    },
    loops: loopOverheads,
    async prepare(batch) {
      prepare(subject, batch)
    },
    async takeTurn(turn) {
      const { short, long, settled } = turn
      if (long || settled) settleGarbage('minor')
      if (long && !short) {
        const { collected, ownNs, calls } = await collectingRound(subject, turn, calling)
        roundsNs.push(ownNs / calls)
        if (collected !== null) collecting = collecting === null ? collected : joinCollecting(collecting, collected)
        return
      }
      const { calls, ownNs, perCallNs } = await callUntil(subject, turn, calling)
      if (long) roundsNs.push(ownNs / calls)
      if (short) batchesNs.push(perCallNs)
    },
    async close() {
      try {
        await runHook(subject, 'afterAll', 'run')
      } finally {
        await run.teardown?.(subject.task, 'run')
      }
    },
    times: async () => ({ batchesNs, roundsNs, collecting }),
    async runBlock() {
      const plan = resolveLoad(subject.name, half(subject.options.load!), defaultMeasureOptions)
      const block = createLoadRun(subject, plan)
      blocks.push(block)
      await runLoad(block, run, noProbes, aborted)
      if (block.log.succeeded === 0) throw new Error(`Every request of "${subject.name}" failed`)
      for (const ns of block.log.good.samples()) subject.recorder.record(ns)
    },
    loadFigures: async () => loadFigures(blocks),
    ownFigures: () => ownFigures(subject, blocks),
  }
}

export function factsOf({ name, options, budget }: Subject): PlayerFacts {
  const { category, threshold, load }: BenchmarkOptions = options
  return {
    name,
    ...(category !== undefined && { category }),
    ...(threshold !== undefined && { threshold }),
    budget,
    underLoad: load !== undefined,
  }
}

function prepare(subject: Subject, { size, single, loops }: Batch): void {
  const loop = subject.async ? loops.async : loops.sync
  subject.batchSize = size
  subject.recorder = new SampleRecorder(single)
  subject.callOverheadNs = subject.overrides ? 0 : loop.perCallNs
  subject.resolutionNs = Math.max(loop.spreadNs, clockFacts().stepNs / size)
}

type StartClock = typeof clockWithoutWaiting

interface Calling {
  aborted: () => boolean
  startClock: StartClock
}

interface Calls {
  calls: number
  /** Time of all of them, ns: in long rounds without what they waited for a processor. */
  ownNs: number
  /** Of each batch; in rounds that are long too without waiting as well. */
  perCallNs: number[]
}

/**
 * Calls for as long as the turn lasts. What calls waited for a processor that other processes used is no property of the code: it
 * is taken off each batch where short and long rounds are the same, else off a long turn. (In short rounds a batch that was interrupted
 * is left out.) Waits between batches take nothing off; with hooks between the calls, which wait too, nothing is taken off at all.
 */
async function callUntil(
  subject: Subject,
  { turnMs, short, long }: Turn,
  { aborted, startClock }: Calling,
): Promise<Calls> {
  const perCallNs: number[] = []
  const watched = long && !needsSingleCalls(subject)
  const clockOfTurn = watched && !short ? startClock() : null
  const start = now()
  let calls = 0
  let elapsedNs = 0
  let netNs = 0
  do {
    const clockOfBatch = watched && short ? startClock() : null
    const round = runRound(subject, subject.batchSize, 'run')
    const wallNs = typeof round === 'number' ? round : await round
    const { batchSize, callOverheadNs, overrides, resolutionNs } = subject
    const ns = clockOfBatch === null ? wallNs : withoutWaiting(wallNs, clockOfBatch)
    const perCall = Math.max(overrides ? ns : (ns - clockFacts().overheadNs) / batchSize - callOverheadNs, resolutionNs)
    if (short || long) subject.recorder.record(perCall)
    perCallNs.push(perCall)
    calls += batchSize
    elapsedNs += ns
    netNs += perCall * batchSize
  } while (now() - start < turnMs && !aborted())
  const waitedNs = clockOfTurn === null ? 0 : elapsedNs - withoutWaiting(elapsedNs, clockOfTurn)
  return { calls, ownNs: Math.max(netNs - waitedNs, netNs / 100), perCallNs }
}

/** Timed calls without what they waited, ns, by a clock that was started before them and does not count waiting. */
function withoutWaiting(elapsedNs: number, clock: () => number): number {
  return Math.min(elapsedNs, Math.max(clock(), elapsedNs / 100))
}

/** A turn in which collections are watched. `collected` is null where they cannot be told, or cannot be told from the calls. */
async function collectingRound(subject: Subject, turn: Turn, calling: Calling) {
  // What outlives two collections is old: none of those to come has to copy what was there before.
  settleGarbage('minor')
  // Hooks make garbage too, and are not in the timed calls.
  const watch = needsSingleCalls(subject) ? undefined : watchCollections()
  let collections: Collections | undefined
  let round: Calls
  try {
    round = await callUntil(subject, turn, calling)
  } finally {
    collections = watch?.stop()
  }
  const { calls, ownNs, perCallNs } = round
  // Where collections hit many of the batches, they are in what calls typically take: they would count twice.
  const often = collections !== undefined && collections.pausesNs.length > OFTEN * perCallNs.length
  return { calls, ownNs, collected: collections === undefined || often ? null : { ...collections, calls } }
}

/** Share of a turn's batches from which on collections are in what calls typically take. */
const OFTEN = 0.1

function loadFigures(blocks: readonly LoadRun[]): NamedFigures {
  const latencies = blocks.flatMap(({ log }) => log.good.samples())
  const results = blocks.map(describeLoad)
  const ofSteps = results.map(({ steps }) => (steps === undefined ? {} : stepMetrics(steps)))
  const gate = results.every(({ steps }) => steps === undefined)
  const duration = (title: string, value: number, counts: boolean) =>
    ({ title, unit: 'ns', direction: 'lower', gate: counts, value }) as const
  return {
    duration_median: duration('Median Duration', median(latencies), gate),
    duration_mean: duration('Average Duration', mean(blocks.map(({ log }) => log.good.sumNs / log.good.count)), gate),
    duration_p95: duration('P95 Duration', quantile(latencies, 0.95), false),
    throughput: {
      title: 'Throughput',
      unit: '1/s',
      direction: 'higher',
      gate: false,
      value: mean(results.map(({ throughputPerSecond }) => throughputPerSecond)),
    },
    ...meansOf(ofSteps),
  }
}

/**
 * Times and throughputs of a benchmark's own, of what its turns showed; of a load, of its last block. What is derived from the
 * probes, which are off here, cannot be told.
 */
async function ownFigures(subject: Subject, blocks: readonly LoadRun[]): Promise<NamedFigures> {
  const block = blocks.at(-1)
  const circumstances = bareCircumstances(0)
  const measured = block ? loadMeasurement(block, circumstances) : latencyMeasurement(subject, circumstances)
  const own = await askForExtras(subject, measured).then(
    ({ metrics }) => metrics,
    (): Record<string, Metric> => ({}),
  )
  return Object.fromEntries(
    Object.entries(own).flatMap(([name, metric]) => {
      if (metric.kind !== 'quantity' || !metric.gate || toldByPairs(name, metric) === null) return []
      const { title, unit, direction, gate, value } = metric
      return [[name, { title, unit, direction, gate, value }]]
    }),
  )
}

/** Each metric of the first that all have, its value the mean over all. */
function meansOf(metrics: readonly ReturnType<typeof stepMetrics>[]): NamedFigures {
  const [first = {}] = metrics
  return Object.fromEntries(
    Object.entries(first)
      .filter(([name]) => metrics.every((each) => name in each))
      .map(([name, { title, unit, direction, gate }]) => {
        const value = mean(metrics.map((each) => each[name]!.value))
        return [name, { title, unit, direction, gate, value }]
      }),
  )
}

/** Half the requests or half the time; steps are a search and stay whole. */
function half(load: LoadOptions): LoadOptions {
  if ('steps' in load) return load
  const requests = 'requests' in load && load.requests !== undefined && { requests: Math.ceil(load.requests / 2) }
  return { ...load, ...requests, ...(load.duration !== undefined && { duration: load.duration / 2 }) } as LoadOptions
}
