import type { Warning } from '../plugin/run/measurement.ts'

/**
 * Warnings of the same code said once, with the number of times they came (sessions repeat them).
 * @example groupWarnings([a, a, b]) // [{ ...a, count: 2 }, { ...b, count: 1 }]
 */
export function groupWarnings(warnings: readonly Warning[]): (Warning & { count: number })[] {
  const groups = new Map<string, Warning & { count: number }>()
  for (const warning of warnings) {
    const known = groups.get(warning.code)
    if (known) known.count += 1
    else groups.set(warning.code, { ...warning, count: 1 })
  }
  return [...groups.values()]
}
