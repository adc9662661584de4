import type { Benchmark, Session } from '../run/run.ts'

/** The sessions that a verdict rests on: those that ended well and did not merely screen (VERDICT.md rule 7). */
export function judgedSessions({ sessions }: Benchmark): Session[] {
  return sessions.filter(({ status, screening }) => status === 'complete' && screening !== true)
}

/** The sessions that ended well and only screened: their level has no say, their spread has. */
export function screenedSessions({ sessions }: Benchmark): Session[] {
  return sessions.filter(({ status, screening }) => status === 'complete' && screening === true)
}
