import { clockFacts, now } from '../measure/clock.ts'
import { interleavedOrder, xorshift32 } from '../measure/interleaved-order.ts'
import { CLOCK_STEPS_PER_ROUND, LONG_ROUND_MS, SHORTEST_ROUND_NS } from '../measure/latency-engine.ts'
import { yieldToEventLoop } from '../measure/warm-up.ts'
import { median } from '../statistics/median.ts'
import type { DuetFigure, DuetRecord, DuetSetup, Lane } from './lane.ts'
import { isSound, type LatencyFigures, letAct, type Pace, type Player, type Turn } from './player.ts'

export interface LaneContext {
  options: Pick<DuetSetup, 'time' | 'baseFirst' | 'ownFigures'>
  /** Of the order in which the versions take turns. */
  seed: number
  aborted: () => boolean
  /** A version's turn in short rounds, ms; see `TURN_MS`. */
  turnMs?: number
  /** Whether short rounds begin with garbage collected too. */
  settled?: boolean
}

/** What batches of fast functions aim at, ns (VERDICT.md rule 3: up to 250 µs). */
const BATCH_NS = 100_000
/** A version's turn in short rounds, ms: ten batches, so that most of them run in caches that are their own again. */
const TURN_MS = 1
/** Untimed turns between warm-up and measurement, ms, and how much of them each version gets. */
const SETTLING_TURN_MS = 5
const SETTLING_MS = 10
/** Share of the time that goes into short rounds. */
const SHARE_OF_SHORT = 0.3
/** Fewest cycles A B B A of short rounds. */
const LEAST_CYCLES = 2
/**
 * … and of long ones; the mean's figure is the median over twice as many rounds. One is as much evidence for its time as two: the
 * spread of a session grows by a third, the sessions of a verdict take a third less.
 */
const LEAST_LONG_CYCLES = 1
/** … but no more than this many times the time, where a single call takes long. */
const OVERTIME = 6

/**
 * Measures the versions of one benchmark in turns, A B C C B A, each first warmed up. Two figures go into the record: the
 * lower quartile of short batches (what the code computes) and the mean over long rounds, garbage collection included. A
 * version that fails keeps its error and leaves the rotation.
 */
export async function measureLanes(
  players: readonly Player[],
  record: DuetRecord,
  context: LaneContext,
): Promise<void> {
  // Neither is always the first to be warmed up.
  const order = shuffled(players, context.seed)
  const paces = new Map<Player, Pace>()
  for (const player of order) {
    const pace = await letAct(player, () => player.warmUp())
    if (pace !== undefined) paces.set(player, pace)
  }
  const opened = order.filter(isSound)
  for (const player of opened) await letAct(player, () => player.open())
  const slowestMs = await prepare(players.filter(isSound), paces)
  await takeTurns(players, slowestMs, context)
  for (const player of opened) await letAct(player, () => player.close())
  const figures = new Map<Lane, LatencyFigures>()
  for (const player of players.filter(isSound)) {
    const shown = await letAct(player, () => player.figures())
    if (shown !== undefined && shown.quartileNs !== null) figures.set(player.lane, shown)
  }
  record.figures = figuresOf(figures)
}

/**
 * Gives all the same number of calls per batch, and takes the same overhead off: what is equal must be treated alike.
 * @returns time of a batch of the slowest, ms
 */
async function prepare(players: readonly Player[], paces: ReadonlyMap<Player, Pace>): Promise<number> {
  const [first] = players
  if (first === undefined) return 0
  const loops = await letAct(first, () => first.loops())
  // It has just failed, so the next is asked.
  if (loops === undefined) return prepare(players.slice(1), paces)
  const clock = clockFacts()
  const shortest = Math.max(SHORTEST_ROUND_NS, CLOCK_STEPS_PER_ROUND * clock.stepNs)
  const callNs = players.map((player) => paces.get(player)!.callNs)
  const single = players.some((player) => paces.get(player)!.single) || Math.min(...callNs) >= shortest
  const size = single ? 1 : Math.ceil(Math.max(shortest, BATCH_NS) / Math.min(...callNs))
  for (const player of players) await letAct(player, () => player.prepare({ size, single, loops }))
  return (Math.max(...callNs) * size) / 1e6
}

async function takeTurns(
  players: readonly Player[],
  slowestMs: number,
  { options, seed, aborted, turnMs = TURN_MS, settled = false }: LaneContext,
): Promise<void> {
  const sound = players.filter(isSound)
  if (sound.length === 0) return
  const { exactIterations, iterations, exactTime, timeMs } = sound[0]!.budget
  const time = exactTime ? timeMs : options.time
  // Where one call is a long round, short and long rounds are the same.
  const alike = slowestMs >= LONG_ROUND_MS || exactIterations
  const cycles = { seed, leastCycles: LEAST_CYCLES, settled, aborted }
  if (alike) {
    const longMs = exactIterations ? 0 : Math.min(slowestMs, LONG_ROUND_MS)
    const leastCycles = exactIterations ? Math.ceil(iterations / 2) : LEAST_CYCLES
    const budgetMs = exactIterations ? 0 : time
    await runCycles(sound, { ...cycles, turnMs: longMs, budgetMs, leastCycles, quartile: true, mean: true })
    return
  }
  // What the compiler took for granted while the first was alone, the others may have undone since.
  await runCycles(sound, { ...cycles, turnMs: SETTLING_TURN_MS, budgetMs: SETTLING_MS, quartile: false, mean: false })
  // Short rounds come last: code that is compiled anew once more would be most of them, and is little of the long ones.
  await runCycles(sound, {
    ...cycles,
    seed: seed + 1,
    turnMs: LONG_ROUND_MS,
    leastCycles: LEAST_LONG_CYCLES,
    budgetMs: time * (1 - SHARE_OF_SHORT),
    quartile: false,
    mean: true,
  })
  await runCycles(sound, {
    ...cycles,
    seed: seed + 2,
    turnMs,
    budgetMs: time * SHARE_OF_SHORT,
    quartile: true,
    mean: false,
  })
}

interface Cycles extends Turn {
  seed: number
  /** Time per version. */
  budgetMs: number
  leastCycles: number
  aborted: () => boolean
}

async function runCycles(players: readonly Player[], cycles: Cycles): Promise<void> {
  const { seed, budgetMs, leastCycles, turnMs, quartile, mean, settled, aborted } = cycles
  const order = interleavedOrder(players.length, seed)
  const start = now()
  for (let cycle = 0; !aborted() && players.some(isSound); cycle++) {
    const spentMs = (now() - start) / players.length
    if (spentMs >= budgetMs && (cycle >= leastCycles || (cycle > 0 && spentMs >= OVERTIME * budgetMs && budgetMs > 0)))
      break
    for (let turn = 0; turn < 2 * players.length; turn++) {
      const player = players[order.next().value]!
      if (isSound(player)) await letAct(player, () => player.takeTurn({ turnMs, quartile, mean, settled }))
      if (mean) await yieldToEventLoop()
    }
    if (!mean) await yieldToEventLoop()
  }
}

function figuresOf(players: ReadonlyMap<Lane, LatencyFigures>): Record<string, DuetFigure> {
  const quartiles: DuetFigure['values'] = {}
  const means: DuetFigure['values'] = {}
  for (const [lane, { quartileNs, roundsNs }] of players) {
    if (quartileNs !== null) quartiles[lane] = quartileNs
    if (roundsNs.length > 0) means[lane] = median(roundsNs)
  }
  relateToBase(means, players)
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
function relateToBase(
  means: Partial<Record<Lane, number>>,
  players: ReadonlyMap<Lane, Pick<LatencyFigures, 'roundsNs'>>,
): void {
  const base = players.get('base')?.roundsNs ?? []
  if (base.length === 0) return
  for (const [lane, { roundsNs }] of players) {
    if (lane === 'base' || roundsNs.length !== base.length) continue
    means[lane] = means.base! * Math.exp(median(roundsNs.map((ns, round) => Math.log(ns / base[round]!))))
  }
}

function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = xorshift32(seed)
  return values
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value)
}
