import { existsSync, readFileSync } from 'node:fs'
import { lanes } from '../record/session-lanes.ts'

/** Sessions of one workload: a value per lane, ns. */
export interface Recording {
  workload: string
  sessions: number[][]
}

/** Sessions needed for every look, and for two sets of processes beside. */
const leastSessions = 24

/** What `eval/record/main.ts` wrote; null when it has not been run to the end. */
export function readRecordings(path: string): Recording[] | null {
  if (!existsSync(path)) return null
  const sessions = JSON.parse(readFileSync(path, 'utf8')) as Record<string, number[]>[]
  if (sessions.length < leastSessions) return null
  return Object.keys(sessions[0] ?? {}).map((workload) => ({
    workload,
    sessions: sessions.map((session) => session[workload]!).filter((values) => values.length === lanes.length),
  }))
}
