import type { BenchResult } from 'vitest'
import type { Measurement } from '../run/measurement.ts'

/** What a result handed to the user's test stands for. */
export interface MeasuredResult {
  measurement: Measurement
  /** The same object for results that were measured in turns, one round each. */
  turns: object
  /** The test it was measured in. */
  test: { file: string; project: string; fullName: string }
}

const measured = new WeakMap<BenchResult, MeasuredResult>()

/** Notes what a result was made from, as long as the result lives. */
export function rememberResult(result: BenchResult, origin: MeasuredResult): BenchResult {
  measured.set(result, origin)
  return result
}

/** What a result was made from; undefined for results of others (`bench.from`, another provider). */
export function measuredResult(result: unknown): MeasuredResult | undefined {
  return typeof result === 'object' && result !== null ? measured.get(result as BenchResult) : undefined
}
