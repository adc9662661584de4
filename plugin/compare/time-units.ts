import { ImportError } from './imported.ts'

const nanoseconds: Record<string, number> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  sec: 1e9,
  m: 60e9,
  h: 3600e9,
}

/**
 * How many nanoseconds one of a unit has.
 * @throws ImportError for a unit of no time
 * @example nanosecondsIn('ms') // 1000000
 */
export function nanosecondsIn(unit: string): number {
  const factor = timeFactor(unit)
  if (factor === null) throw new ImportError(`unknown unit of time "${unit}"`)
  return factor
}

/** As `nanosecondsIn`, null for what is no unit of time. Units per operation (`ns/op`, `ns/iter`) count as their time. */
export function timeFactor(unit: string): number | null {
  const time = unit.toLowerCase().replace(/\/(op|iter|call)$/, '')
  return Object.hasOwn(nanoseconds, time) ? nanoseconds[time]! : null
}

/** Whether more is better: units per second. */
export function isThroughput(unit: string): boolean {
  return /\/s(ec(ond)?)?$/i.test(unit.trim())
}
