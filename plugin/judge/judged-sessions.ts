import type { Benchmark, Session } from '../run/run.ts'

/** The sessions that a verdict rests on: those that ended well and did not merely screen (VERDICT.md rule 7). */
export function judgedSessions({ sessions }: Benchmark): Session[] {
  return sessions.filter(({ status, screening }) => status === 'complete' && screening !== true)
}
