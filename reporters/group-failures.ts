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
