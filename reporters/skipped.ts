import type { Report } from '../plugin/judge/report.ts'
import { plainText } from './plain-text.ts'

/** Tests that were skipped for one reason, together. */
export function groupSkipped(skipped: Report['skipped']): { reason: string; keys: string[] }[] {
  const groups = Map.groupBy(skipped, ({ reason }) => reason)
  return [...groups].map(([reason, members]) => ({ reason, keys: members.map(({ key }) => key) }))
}

/** A line per reason, for the terminal. */
export function describeSkipped(skipped: Report['skipped']): string[] {
  return groupSkipped(skipped).map(
    ({ reason, keys }) => `Skipped: ${keys.map((key) => plainText(key)).join(', ')}: ${plainText(reason, 300)}`,
  )
}
