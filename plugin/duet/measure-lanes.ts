import { clockFacts, now } from '../measure/clock.ts'
import { interleavedOrder, xorshift32 } from '../measure/interleaved-order.ts'
import { CLOCK_STEPS_PER_ROUND, LONG_ROUND_MS, SHORTEST_ROUND_NS } from '../measure/latency-engine.ts'
import { loopOverheads } from '../measure/rounds.ts'
import { SampleRecorder } from '../measure/sample-recorder.ts'
import { inPhase, needsSingleCalls, runHook, runRound } from '../measure/subject.ts'
import { warmUp, yieldToEventLoop } from '../measure/warm-up.ts'
import { median } from '../statistics/median.ts'
import { quantileOfSorted } from '../statistics/quantile.ts'
import { sorted } from '../statistics/sorted.ts'
import type { DuetFigure, DuetRecord, DuetSetup, Lane } from './lane.ts'
import type { Party } from './measure-together.ts'
import { type ProcessorTime, processorTime } from './processor-time.ts'
import { settleGarbage } from './settle-garbage.ts'

export interface LaneContext {
  options: DuetSetup
  /** Of the order in which the versions take turns. */
  seed: number
  aborted: () => boolean
}

/** What batches of fast functions aim at, ns (VERDICT.md rule 3: up to 250 µs). */
const BATCH_NS = 100_000
/** A version's turn in short rounds, ms: ten batches, so that most of them run in caches that are their own again. */
const TURN_MS = 1
/** Untimed turns between warm-up and measurement, ms, and how much of them each version gets. */
const SETTLING_TURN_MS = 5
const SETTLING_MS = 25
/** Share of the time that goes into short rounds. */
const SHARE_OF_SHORT = 0.3
/** Fewest cycles A B B A of each kind; the mean's figure is the median over twice as many long rounds. */
const LEAST_CYCLES = 2
/** … but no more than this many times the time, where a single call takes long. */
const OVERTIME = 6

/** A party while it is measured. */
interface Player extends Party {
  /** Times per call of its batches in short rounds, ns. */
  batches: number[]
  /** Times per call in its long rounds, ns: two a cycle. */
  rounds: number[]
}

/**
 * Measures the versions of one benchmark in turns, A B C C B A, each first warmed up. Two figures go into the record: the
 * lower quartile of short batches (what the code computes) and the mean over long rounds, garbage collection included. A
 * version that fails keeps its error and leaves the rotation.
 */
export async function measureLanes(parties: readonly Party[], record: DuetRecord, context: LaneContext): Promise<void> {
  const players = parties.map((party): Player => ({ ...party, batches: [], rounds: [] }))
  // Neither is always the first to be warmed up.
  const order = shuffled(players, context.seed)
  for (const player of order) {
    await guarded(player, () =>
      inPhase(player.subject, 'warmup', player.run, () => warmUp(player.subject, context.aborted)),
    )
  }
  const opened: Player[] = []
  for (const player of order.filter(isSound)) {
    opened.push(player)
    await guarded(player, async () => {
      await player.run.setup?.(player.subject.task, 'run')
      await runHook(player.subject, 'beforeAll', 'run')
    })
  }
  await prepare(players.filter(isSound))
  await takeTurns(players, context)
  for (const player of opened) {
    await guarded(player, () => runHook(player.subject, 'afterAll', 'run'))
    await guarded(player, async () => player.run.teardown?.(player.subject.task, 'run'))
  }
  const complete = players.filter((player) => isSound(player) && player.batches.length > 0)
  record.figures = figuresOf(complete)
}

function isSound({ subject }: Party): boolean {
  return subject.error === undefined
}

async function guarded({ subject }: Party, body: () => Promise<unknown>): Promise<void> {
  try {
    await body()
  } catch (error) {
    // The first failure is the cause; a teardown that fails after it is not.
    subject.error ??= error ?? new Error(`Benchmark "${subject.name}" threw ${String(error)}`)
  }
}

/** Gives all the same number of calls per batch, and takes the same overhead off: what is equal must be treated alike. */
async function prepare(players: readonly Player[]): Promise<void> {
  if (players.length === 0) return
  const loops = await loopOverheads()
  const clock = clockFacts()
  const shortest = Math.max(SHORTEST_ROUND_NS, CLOCK_STEPS_PER_ROUND * clock.stepNs)
  const callNs = Math.min(...players.map(({ subject }) => subject.warmUp.callNs))
  const single = players.some(({ subject }) => needsSingleCalls(subject)) || callNs >= shortest
  const batchSize = single ? 1 : Math.ceil(Math.max(shortest, BATCH_NS) / callNs)
  for (const { subject } of players) {
    const loop = subject.async ? loops.async : loops.sync
    subject.batchSize = batchSize
    subject.recorder = new SampleRecorder(single)
    subject.callOverheadNs = subject.overrides ? 0 : loop.perCallNs
    subject.resolutionNs = Math.max(loop.spreadNs, clock.stepNs / batchSize)
  }
}

async function takeTurns(players: readonly Player[], { options, seed, aborted }: LaneContext): Promise<void> {
  const sound = players.filter(isSound)
  if (sound.length === 0) return
  const { exactIterations, iterations, exactTime, timeMs } = sound[0]!.subject.budget
  const time = exactTime ? timeMs : options.time
  const slowestMs = Math.max(...sound.map(({ subject }) => (subject.warmUp.callNs * subject.batchSize) / 1e6))
  // Where one call is a long round, short and long rounds are the same.
  const alike = slowestMs >= LONG_ROUND_MS || exactIterations
  const cycles = { seed, leastCycles: LEAST_CYCLES, aborted }
  if (alike) {
    const turnMs = exactIterations ? 0 : Math.min(slowestMs, LONG_ROUND_MS)
    const leastCycles = exactIterations ? Math.ceil(iterations / 2) : LEAST_CYCLES
    const budgetMs = exactIterations ? 0 : time
    await runCycles(sound, { ...cycles, turnMs, budgetMs, leastCycles, quartile: true, mean: true })
    return
  }
  // What the compiler took for granted while the first was alone, the others may have undone since.
  await runCycles(sound, { ...cycles, turnMs: SETTLING_TURN_MS, budgetMs: SETTLING_MS, quartile: false, mean: false })
  // Short rounds come last: code that is compiled anew once more would be most of them, and is little of the long ones.
  await runCycles(sound, {
    ...cycles,
    seed: seed + 1,
    turnMs: LONG_ROUND_MS,
    budgetMs: time * (1 - SHARE_OF_SHORT),
    quartile: false,
    mean: true,
  })
  await runCycles(sound, {
    ...cycles,
    seed: seed + 2,
    turnMs: TURN_MS,
    budgetMs: time * SHARE_OF_SHORT,
    quartile: true,
    mean: false,
  })
}

interface Cycles {
  seed: number
  turnMs: number
  /** Time per version. */
  budgetMs: number
  leastCycles: number
  /** Which figures the turns count for. */
  quartile: boolean
  mean: boolean
  aborted: () => boolean
}

async function runCycles(players: readonly Player[], cycles: Cycles): Promise<void> {
  const { seed, budgetMs, leastCycles, mean, aborted } = cycles
  const order = interleavedOrder(players.length, seed)
  const start = now()
  for (let cycle = 0; !aborted() && players.some(isSound); cycle++) {
    const spentMs = (now() - start) / players.length
    if (spentMs >= budgetMs && (cycle >= leastCycles || (cycle > 0 && spentMs >= OVERTIME * budgetMs && budgetMs > 0)))
      break
    for (let turn = 0; turn < 2 * players.length; turn++) {
      const player = players[order.next().value]!
      if (mean) settleGarbage()
      if (isSound(player)) await guarded(player, () => takeTurn(player, cycles))
      if (mean) await yieldToEventLoop()
    }
    if (!mean) await yieldToEventLoop()
  }
}

async function takeTurn(player: Player, { turnMs, quartile, mean, aborted }: Cycles): Promise<void> {
  const { subject } = player
  const before = mean ? processorTime() : null
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
    if (quartile) player.batches.push(perCallNs)
    calls += batchSize
    timedNs += perCallNs * batchSize
  } while (now() - start < turnMs && !aborted())
  if (!mean) return
  const after = before === null ? null : processorTime()
  const wallNs = (now() - start) * 1e6
  const ownNs = after === null ? timedNs : withoutOthers(player, { before: before!, after, wallNs, calls, timedNs })
  player.rounds.push(ownNs / calls)
}

interface Turn {
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
function withoutOthers({ subject }: Player, { before, after, wallNs, calls, timedNs }: Turn): number {
  if (needsSingleCalls(subject)) return timedNs
  const ownNs = subject.async ? wallNs - (after.waitedNs - before.waitedNs) : after.ranNs - before.ranNs
  return Math.max(ownNs - calls * subject.callOverheadNs, calls * subject.resolutionNs)
}

function figuresOf(players: readonly Player[]): Record<string, DuetFigure> {
  const quartiles: DuetFigure['values'] = {}
  const means: DuetFigure['values'] = {}
  const base = players.find(({ lane }) => lane === 'base')
  for (const { lane, batches, rounds } of players) {
    quartiles[lane] = quantileOfSorted(sorted(batches), 0.25)
    if (rounds.length > 0) means[lane] = median(rounds)
  }
  if (base !== undefined && base.rounds.length > 0) relateToBase(means, players, base)
  return {
    duration_quartile: { ...duration, title: 'Lower Quartile Duration', values: quartiles },
    duration_mean: { ...duration, title: 'Average Duration', values: means },
  }
}

const duration = { unit: 'ns', direction: 'lower', gate: true } as const

/**
 * Ratios of neighbouring long rounds are steadier than those of whole sessions: they lie within a tenth of a second. Their
 * median is not moved by a burst of load in one of them, and garbage collection is in every one.
 */
function relateToBase(means: Partial<Record<Lane, number>>, players: readonly Player[], base: Player): void {
  for (const { lane, rounds } of players) {
    if (lane === 'base' || rounds.length !== base.rounds.length) continue
    means[lane] = means.base! * Math.exp(median(rounds.map((ns, round) => Math.log(ns / base.rounds[round]!))))
  }
}

function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = xorshift32(seed)
  return values
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value)
}
