import type { Severity, Verdict } from '../../plugin/judge/report.ts'
import { verdictMarks } from '../verdict-words.ts'

/** A verdict with its mark, so that colour is not needed. */
export function verdictBadge(verdict: Verdict, severity: Severity | null): string {
  const words = severity === null ? verdict : `${verdict} (${severity})`
  return `<span class="badge ${verdict}"><span aria-hidden="true">${verdictMarks[verdict]}</span> ${words}</span>`
}
