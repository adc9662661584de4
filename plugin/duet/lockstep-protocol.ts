import type { DuetRecord } from './lane.ts'
import type { PlayerActs, PlayerFacts } from './player.ts'
import type { MeetingPoint } from './rendezvous.ts'

/** One call of the benchmark provider, as its process tells of it. */
export interface LockstepArrival {
  /** Number of the arrival in its process. */
  id: number
  point: MeetingPoint
  /** Full name of the test. */
  test: string
  /** Paths of the tests of the file that have not ended, this one included. */
  remaining: string[]
  players: PlayerFacts[]
  /** Why it cannot be measured; there are no players then. */
  error?: string
}

/** How a call of the provider ended. */
export interface LockstepOutcome {
  /** What was measured of all versions, for each process to keep where Vitest's reporters find it. */
  records: DuetRecord[]
  error?: string
}

export type ActName = keyof PlayerActs
/** Errors travel as text. */
export type ActOutcome = { value?: unknown } | { error: string }

/** What the referee can ask of a process that has arrived. */
export interface LockstepWorker {
  act(arrival: number, benchmark: string, act: ActName, args: unknown[]): Promise<ActOutcome>
}

/** What such a process can ask of the referee. */
export interface LockstepTable {
  /** Ends when it has been measured. */
  arrive(arrival: LockstepArrival): Promise<LockstepOutcome>
}

/** Environment variable with the address at which the referee waits for the processes of a lane. */
export const lockstepVariable = 'VITEST_VERDICT_LOCKSTEP'
/** Options for measuring, as JSON. */
export const lockstepOptionsVariable = 'VITEST_VERDICT_LOCKSTEP_OPTIONS'
