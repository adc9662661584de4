import { cpus } from 'node:os'
import { relative, sep } from 'node:path'
import { expect, inject } from 'vitest'
import { benchmarkKey } from '../run/benchmark-key.ts'
import { projectName } from '../run/project-name.ts'
import { type MeasuredResult, measuredResult } from './measured-results.ts'
import { meetsBaseline } from './meets-baseline.ts'
import { reliablyFaster } from './reliably-faster.ts'
import { readStoredBaseline } from './stored-baseline.ts'

/** Largest percentage that makes sense. */
const MOST_PERCENT = 100_000
/** The threshold that the plugin has when nobody sets one, per cent. */
const DEFAULT_THRESHOLD = 5

/** Adds the assertions for results to `expect`, in the worker that measures. */
export function registerMatchers(): void {
  expect.extend({ toBeReliablyFasterThan, toMeetBaseline })
}

/** @throws TypeError for a value that our provider did not measure, or an option out of range. */
export function toBeReliablyFasterThan(received: unknown, other: unknown, options: { by?: number } = {}) {
  const by = percentOption('toBeReliablyFasterThan', 'by', options.by) ?? 0
  const a = resultOf('toBeReliablyFasterThan', 'the value in `expect`', received)
  const b = resultOf('toBeReliablyFasterThan', 'the argument', other)
  const { holds, text } = reliablyFaster(a, b, by)
  return { pass: holds, message: () => text }
}

/**
 * Where there is nothing to compare with it holds, negated or not, and says so once on the console: a first run must not fail.
 * It also holds under `against`, which compares with another version and gives the verdict itself.
 * @throws TypeError for a value that our provider did not measure, or an option out of range; Error for a damaged baseline.
 */
export function toMeetBaseline(this: { isNot: boolean }, received: unknown, options: { threshold?: number } = {}) {
  const asked = percentOption('toMeetBaseline', 'threshold', options.threshold)
  const { measurement, test } = resultOf('toMeetBaseline', 'the value in `expect`', received)
  const place = inject('vitestVerdictBaseline')
  if (place === null)
    return { pass: !this.isNot, message: () => 'This run compares with another version, not with the baseline.' }
  const plugin = inject('vitestVerdict')
  const file = place === undefined ? test.file : relative(place.root, test.file).split(sep).join('/')
  const key = benchmarkKey({
    name: measurement.name,
    category: measurement.category ?? null,
    file,
    project: projectName(test.project),
    test: test.fullName,
  })
  const here = {
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    node: process.version,
    profile: plugin?.profile ?? null,
  }
  const threshold = asked ?? measurement.threshold ?? plugin?.threshold ?? DEFAULT_THRESHOLD
  const baseline = place === undefined ? null : readStoredBaseline(place.path)
  const { holds, compared, text } = meetsBaseline(measurement, key, baseline, here, threshold)
  if (!compared) {
    console.warn(`toMeetBaseline: ${text}`)
    return { pass: !this.isNot, message: () => text }
  }
  return { pass: holds, message: () => text }
}

function resultOf(matcher: string, what: string, value: unknown): MeasuredResult {
  const result = measuredResult(value)
  if (result !== undefined) return result
  throw new TypeError(
    `${matcher} needs what \`bench(…).run()\` or \`bench.compare(…)\` gave when vitest-verdict measured it; ${what} is ${describe(value)}`,
  )
}

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : `of type ${typeof value}`
  return 'latency' in value ? 'a result measured elsewhere (`bench.from`, another provider)' : 'another object'
}

function percentOption(matcher: string, option: string, value: unknown): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && value >= 0 && value <= MOST_PERCENT) return value
  throw new TypeError(
    `${matcher}: option \`${option}\` is ${String(value)}, but must be a number from 0 to ${MOST_PERCENT} (per cent)`,
  )
}
