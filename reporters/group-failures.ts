import type { Report } from '../plugin/judge/report.ts'

/**
 * The same failure of several sessions said once.
 * @example groupFailures([{ key, session: 1, error }, { key, session: 2, error }]) // [{ key, sessions: [1, 2], error }]
 */
export function groupFailures(failures: Report['failures']): { key: string; sessions: number[]; error: string }[] {
  const groups = new Map<string, { key: string; sessions: number[]; error: string }>()
  for (const { key, session, error } of failures) {
    const identity = `${key}\0${error}`
    const group = groups.get(identity) ?? { key, sessions: [], error }
    group.sessions.push(session)
    groups.set(identity, group)
  }
  return [...groups.values()]
}

/**
 * @example describeSessions([1, 2]) // ' in sessions 1, 2'
 * @example describeSessions([0]) // '': of the run, not of a session
 */
export function describeSessions(sessions: readonly number[]): string {
  const real = sessions.filter((session) => session > 0)
  if (real.length === 0) return ''
  return ` in session${real.length > 1 ? 's' : ''} ${real.join(', ')}`
}
