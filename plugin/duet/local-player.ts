import { toldByPairs } from '../judge/judge-pairs.ts'
import { askForExtras } from '../measure/ask-for-extras.ts'
import type { BenchmarkOptions, LoadOptions } from '../measure/bench-options.ts'
import { clockFacts, now } from '../measure/clock.ts'
import { createLoadRun, describeLoad, type LoadRun, runLoad } from '../measure/load/load-engine.ts'
import { stepMetrics } from '../measure/load/load-metrics.ts'
import { resolveLoad } from '../measure/load/load-plan.ts'
import { bareCircumstances, latencyMeasurement, loadMeasurement } from '../measure/measurement.ts'
import { type ProcessorTime, processorTime } from '../measure/processor-time.ts'
import { loopOverheads } from '../measure/rounds.ts'
import { SampleRecorder } from '../measure/sample-recorder.ts'
import { defaultMeasureOptions, type RunOptions } from '../measure/settings.ts'
import { settleGarbage } from '../measure/settle-garbage.ts'
import { inPhase, needsSingleCalls, runHook, runRound, type Subject } from '../measure/subject.ts'
import { warmUp } from '../measure/warm-up.ts'
import { touchYoungGeneration } from '../measure/young-generation.ts'
import type { Metric } from '../run/metric.ts'
import { mean } from '../statistics/mean.ts'
import { median } from '../statistics/median.ts'
import { quantileOfSorted } from '../statistics/quantile.ts'
import { sorted } from '../statistics/sorted.ts'
import type { Lane } from './lane.ts'
import type { Batch, NamedFigures, Player, PlayerFacts, Turn } from './player.ts'

/** One version of one benchmark whose function is in this process. */
export interface Party {
  lane: Lane
  subject: Subject
  run: RunOptions
}

/**
 * Longest warm-up alone: after 15 ms ratios were 10 % off, after 45 ms not (DUET.md). Settling turns and long rounds follow,
 * which warm up too, and a version's time goes three times.
 */
const MOST_ALONE_MS = 45

/** No probes: they would watch all versions of the process at once. */
const noProbes = { memory: false, cpu: false, withoutCalls: false }

/** Lets a benchmark of this process be measured turn by turn. Its errors are kept at the subject too. */
export function localPlayer({ lane, subject, run }: Party, aborted: () => boolean): Player {
  const batchesNs: number[] = []
  const roundsNs: number[] = []
  const blocks: LoadRun[] = []
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
      if (turn.mean || turn.settled) settleGarbage('minor')
      const before = turn.mean ? processorTime() : null
      const start = now()
      const { calls, timedNs } = await callUntil(subject, turn, batchesNs, aborted)
      if (!turn.mean) return
      const after = before === null ? null : processorTime()
      const wallNs = (now() - start) * 1e6
      const ownNs =
        after === null ? timedNs : withoutOthers(subject, { before: before!, after, wallNs, calls, timedNs })
      roundsNs.push(ownNs / calls)
    },
    async close() {
      try {
        await runHook(subject, 'afterAll', 'run')
      } finally {
        await run.teardown?.(subject.task, 'run')
      }
    },
    async figures() {
      return { quartileNs: batchesNs.length === 0 ? null : quantileOfSorted(sorted(batchesNs), 0.25), roundsNs }
    },
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

async function callUntil(
  subject: Subject,
  { turnMs, quartile, mean }: Turn,
  batchesNs: number[],
  aborted: () => boolean,
): Promise<{ calls: number; timedNs: number }> {
  const start = now()
  let calls = 0
  let timedNs = 0
  do {
    const elapsed = runRound(subject, subject.batchSize, 'run')
    const elapsedNs = typeof elapsed === 'number' ? elapsed : await elapsed
    const { batchSize, callOverheadNs, overrides, resolutionNs } = subject
    const netNs = overrides ? elapsedNs : (elapsedNs - clockFacts().overheadNs) / batchSize - callOverheadNs
    const perCallNs = Math.max(netNs, resolutionNs)
    if (quartile || mean) subject.recorder.record(perCallNs)
    if (quartile) batchesNs.push(perCallNs)
    calls += batchSize
    timedNs += perCallNs * batchSize
  } while (now() - start < turnMs && !aborted())
  return { calls, timedNs }
}

interface TurnTimes {
  before: ProcessorTime
  after: ProcessorTime
  wallNs: number
  calls: number
  timedNs: number
}

/**
 * The time of a turn without what other processes took, which is no property of the code: of a synchronous function the time
 * on the processor, of another what passed while it was not kept waiting for one. (An interrupted batch in short rounds is
 * outvoted.) Hooks between the calls are in neither: there the timed calls are all that can be used.
 */
function withoutOthers(subject: Subject, { before, after, wallNs, calls, timedNs }: TurnTimes): number {
  if (needsSingleCalls(subject)) return timedNs
  const ownNs = subject.async ? wallNs - (after.waitedNs - before.waitedNs) : after.ranNs - before.ranNs
  return Math.max(ownNs - calls * subject.callOverheadNs, calls * subject.resolutionNs)
}

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
    duration_p95: duration('P95 Duration', quantileOfSorted(sorted(latencies), 0.95), false),
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
