import type { TestModule } from 'vitest/node'

/** Knows which session of a benchmark file runs now; files are counted as Vitest queues them. */
export interface SessionCounter {
  /** Forgets all counts: a new test run begins. */
  reset(): void
  /** A fresh process starts on this file. */
  queued(module: TestModule): void
  /** From 1; 0 before the first. */
  current(module: TestModule): number
  /** Sessions planned for this file. */
  planned(module: TestModule): number
  isLast(module: TestModule): boolean
}

export function createSessionCounter(planned: (module: TestModule) => number): SessionCounter {
  const counts = new Map<string, number>()
  const identify = (module: TestModule) => `${module.project.name}\0${module.moduleId}`
  const current = (module: TestModule) => counts.get(identify(module)) ?? 0
  return {
    reset: () => counts.clear(),
    queued: (module) => void counts.set(identify(module), current(module) + 1),
    current,
    planned,
    isLast: (module) => current(module) >= planned(module),
  }
}
