import type { startTests } from 'vitest/internal/browser'

type Specification = Parameters<typeof startTests>[0][number] & object

/** What Vitest's worker keeps to itself. */
export interface WorkerState {
  rpc: Record<string, unknown>
  ctx: { files: Specification[] }
}

/** Of the test runner, those that the lanes hook into. */
const hooks = ['onBeforeRunSuite', 'onAfterRunTask', 'onAfterRunSuite', 'onAfterRunFiles']

/**
 * Names what this Vitest lacks of that which two versions in one worker are built on, beyond its documented interface. How it
 * behaves is another matter: tests/e2e/against shows it.
 */
export function missingInternals(
  { TestRunner }: Record<string, unknown>,
  { startTests }: Record<string, unknown>,
): string[] {
  const methods: unknown = typeof TestRunner === 'function' ? TestRunner.prototype : {}
  const missing = hooks.filter((name) => typeof (methods as Record<string, unknown>)[name] !== 'function')
  return [...(typeof startTests === 'function' ? [] : ['startTests']), ...missing]
}

/** @throws Error where it is no longer found at the runner. */
export function workerStateOf(runner: object): WorkerState {
  const { workerState } = runner as { workerState?: Partial<WorkerState> }
  if (workerState?.rpc !== undefined && Array.isArray(workerState.ctx?.files)) return workerState as WorkerState
  throw new Error('This version of Vitest cannot run two versions in one worker: use "--isolate process"')
}
