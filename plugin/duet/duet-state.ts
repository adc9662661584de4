import type { BenchmarkGroup, BenchResult, RunnerTestFile } from 'vitest'
import type { DuetFileRecord, Lane } from './lane.ts'
import type { Rendezvous } from './rendezvous.ts'

/** What runner and provider share in a worker. */
export interface DuetState {
  rendezvous: Rendezvous<BenchmarkGroup, BenchResult[]>
  laneOf(file: RunnerTestFile): Lane
  /** Path of a test, see `testPaths`. */
  pathOf(test: BenchmarkGroup['test']): string
  record: DuetFileRecord
}

/** Vitest loads the runner and the provider apart, so that each may have modules of its own. */
const slot = Symbol.for('vitest-verdict.duet')

export function setDuetState(state: DuetState): void {
  ;(globalThis as { [slot]?: DuetState })[slot] = state
}

/** @throws Error when no duet is being run. */
export function duetState(): DuetState {
  const state = (globalThis as { [slot]?: DuetState })[slot]
  if (state === undefined)
    throw new Error('The duet provider needs the duet runner: both are set by "vitest-verdict against"')
  return state
}
