import type { LoopOverheads } from '../measure/rounds.ts'
import type { Budget } from '../measure/settings.ts'
import type { DuetFigure, Lane } from './lane.ts'
import type { LaneTimes } from './latency-figures.ts'

/** What is known of a benchmark before any of its calls. */
export interface PlayerFacts {
  name: string
  category?: string
  /** Its own practical threshold, per cent. */
  threshold?: number
  budget: Budget
  underLoad: boolean
}

/** What warm-up has shown. */
export interface Pace {
  callNs: number
  /** Whether each call must be timed by itself. */
  single: boolean
}

export interface Batch {
  size: number
  single: boolean
  loops: LoopOverheads
}

export interface Turn {
  turnMs: number
  /** What the turn counts as: in rounds of slow calls as both, while the versions settle as neither. */
  short: boolean
  long: boolean
  /** Whether garbage of the turn before is collected first; long rounds always begin so. */
  settled: boolean
}

/** One version's figures, by name. */
export type NamedFigures = Record<string, Omit<DuetFigure, 'values'> & { value: number }>

/** What a version of a benchmark can be told to do, in its turn. Each rejects with what went wrong. */
export interface PlayerActs {
  warmUp(): Promise<Pace>
  /** Runs the hooks before its timed calls. */
  open(): Promise<void>
  loops(): Promise<LoopOverheads>
  prepare(batch: Batch): Promise<void>
  takeTurn(turn: Turn): Promise<void>
  close(): Promise<void>
  times(): Promise<LaneTimes>
  /** Half of its load. */
  runBlock(): Promise<void>
  loadFigures(): Promise<NamedFigures>
  /** Sizes of the benchmark's own that gate; none where it has none, or cannot tell them here. */
  ownFigures(): Promise<NamedFigures>
}

/** One version of one benchmark while it is measured, in this process or in another. */
export interface Player extends PlayerFacts, PlayerActs {
  readonly lane: Lane
  /** Its first failure, after which it gets no more turns. */
  error?: unknown
}

/** Lets a player act; undefined once it has failed. The first failure is the cause: a teardown that fails after it is not. */
export async function letAct<T>(player: Player, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act()
  } catch (error) {
    player.error ??= error ?? new Error(`Benchmark "${player.name}" threw ${String(error)}`)
    return undefined
  }
}

export function isSound({ error }: Player): boolean {
  return error === undefined
}
