import { existsSync, readFileSync } from 'node:fs'
import { lanes } from '../record/session-lanes.ts'

/** Sessions of one workload: a value per lane, ns. */
export interface Recording {
  workload: string
  sessions: number[][]
}

/** What `eval/record/main.ts` wrote; null when it has not been run. */
export function readRecordings(path: string): Recording[] | null {
  if (!existsSync(path)) return null
  const sessions = JSON.parse(readFileSync(path, 'utf8')) as Record<string, number[]>[]
  return Object.keys(sessions[0] ?? {}).map((workload) => ({
    workload,
    sessions: sessions.map((session) => session[workload]!).filter((values) => values.length === lanes.length),
  }))
}
