import { clockFacts, now } from '../measure/clock.ts'
import { interleavedOrder, xorshift32 } from '../measure/interleaved-order.ts'
import { CLOCK_STEPS_PER_ROUND, LONG_ROUND_MS, SHORTEST_ROUND_NS } from '../measure/latency-engine.ts'
import { yieldToEventLoop } from '../measure/warm-up.ts'
import type { DuetRecord, DuetSetup, Lane } from './lane.ts'
import { type LaneTimes, latencyFigures } from './latency-figures.ts'
import { isSound, letAct, type Pace, type Player, type Turn } from './player.ts'

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
/** Batches in a turn of short rounds, that the slowest can be left out: a slow function's turns are longer. */
const LEAST_BATCHES = 5
/** Untimed turns between warm-up and measurement, ms: one cycle of them, in which what is compiled beside is put in use. */
const SETTLING_TURN_MS = 5
/** Share of the time that goes into long rounds, at least one of each version. */
const SHARE_OF_LONG = 0.4
/** Fewest cycles A B B A of short rounds. */
const LEAST_CYCLES = 2
/** … of rounds that are short and long at once, of which there is nothing else … */
const LEAST_SLOW_CYCLES = 8
/** … but no more than this many times the time, where a single call takes long. */
const OVERTIME = 12

/**
 * Measures the versions of one benchmark in turns, A B C C B A in short rounds and A B C in long ones, each first warmed up, and
 * puts their figures into the record. A version that fails keeps its error and leaves the rotation.
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
  const batchMs = await prepare(players.filter(isSound), paces)
  const alike = await takeTurns(players, batchMs, context)
  for (const player of opened) await letAct(player, () => player.close())
  const versions = new Map<Lane, LaneTimes>()
  for (const player of players.filter(isSound)) {
    const times = await letAct(player, () => player.times())
    if (times !== undefined && times.batchesNs.length > 0) versions.set(player.lane, times)
  }
  record.figures = latencyFigures(versions, alike)
}

/**
 * Gives all the same number of calls per batch, and takes the same overhead off: what is equal must be treated alike.
 * @returns time of a batch of the fastest, ms: code that was not compiled until now may be 40 times as fast from now on
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
  return (Math.min(...callNs) * size) / 1e6
}

/** @returns whether short and long rounds were the same */
async function takeTurns(
  players: readonly Player[],
  batchMs: number,
  { options, seed, aborted, turnMs = TURN_MS, settled = false }: LaneContext,
): Promise<boolean> {
  const sound = players.filter(isSound)
  if (sound.length === 0) return true
  const { exactIterations, iterations, exactTime, timeMs } = sound[0]!.budget
  const time = exactTime ? timeMs : options.time
  const shortMs = Math.max(turnMs, LEAST_BATCHES * batchMs)
  const alike = shortMs >= LONG_ROUND_MS || exactIterations
  const cycles = { seed, leastCycles: LEAST_CYCLES, settled, aborted, short: true, long: alike }
  if (alike) {
    const longMs = exactIterations ? 0 : LONG_ROUND_MS
    const leastCycles = exactIterations ? Math.ceil(iterations / 2) : LEAST_SLOW_CYCLES
    // What the compiler took for granted while the first was alone, the others may have undone since.
    if (batchMs < longMs) await runCycles(sound, { ...cycles, turnMs: longMs, short: false, long: false, ...onceEach })
    await runCycles(sound, { ...cycles, turnMs: longMs, budgetMs: exactIterations ? 0 : time, leastCycles })
    return true
  }
  const longMs = time * SHARE_OF_LONG
  // What the compiler took for granted while the first was alone, the others may have undone since.
  await runCycles(sound, {
    ...cycles,
    turnMs: SETTLING_TURN_MS,
    short: false,
    long: false,
    leastCycles: 1,
    budgetMs: 0,
  })
  await runCycles(sound, { ...cycles, seed: seed + 1, turnMs: shortMs, budgetMs: time - longMs })
  // Long rounds come last: code that is compiled anew meanwhile would be half of their mean, and is little beside short rounds' median.
  await runCycles(sound, {
    ...cycles,
    seed: seed + 2,
    turnMs: LONG_ROUND_MS,
    short: false,
    long: true,
    ...onceEach,
    budgetMs: longMs,
  })
  return false
}

/** Cycles that are just A B C. */
const onceEach = { leastCycles: 1, once: true, budgetMs: 0 } as const

interface Cycles extends Turn {
  seed: number
  /** Time per version. */
  budgetMs: number
  leastCycles: number
  /** Whether a cycle is one turn of each rather than two. */
  once?: boolean
  aborted: () => boolean
}

async function runCycles(players: readonly Player[], cycles: Cycles): Promise<void> {
  const { seed, budgetMs, leastCycles, turnMs, short, long, settled, once = false, aborted } = cycles
  const order = interleavedOrder(players.length, seed)
  const start = now()
  for (let cycle = 0; !aborted() && players.some(isSound); cycle++) {
    const spentMs = (now() - start) / players.length
    if (spentMs >= budgetMs && (cycle >= leastCycles || (cycle > 0 && spentMs >= OVERTIME * budgetMs && budgetMs > 0)))
      break
    for (let turn = 0; turn < (once ? 1 : 2) * players.length; turn++) {
      const player = players[order.next().value]!
      if (isSound(player)) await letAct(player, () => player.takeTurn({ turnMs, short, long, settled }))
      if (long) await yieldToEventLoop()
    }
    if (!long) await yieldToEventLoop()
  }
}

function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = xorshift32(seed)
  return values
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value)
}
