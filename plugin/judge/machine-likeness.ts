import { type Environment, nodeMajor } from '../run/environment.ts'

/** How like one another the machines of two runs are, most like first. */
export type MachineLikeness = 'same-machine' | 'same-class' | 'other-cpu'

/**
 * Spread between runs of unchanged code to expect before several stored runs show it, on the log scale (VERDICT.md, "Stored
 * baseline").
 */
export const expectedSpread: Record<MachineLikeness, number> = {
  'same-machine': 0.015,
  'same-class': 0.03,
  'other-cpu': 0.06,
}

/** How many degrees of freedom the expectation weighs as much as. */
export const expectedSpreadDegreesOfFreedom = 4

/**
 * Hosted runners are never the same machine twice, however alike, nor are virtual machines that were started anew. An unknown
 * environment counts as the same class.
 */
export function machineLikeness(old: Environment | null, next: Environment): MachineLikeness {
  if (old === null) return 'same-class'
  if (old.cpuModel !== next.cpuModel) return 'other-cpu'
  const hosted = old.ci !== null || next.ci !== null
  const same = (['cpus', 'memoryBytes', 'osRelease', 'arch'] as const).every((field) => old[field] === next[field])
  const replaced = next.virtual === true && old.bootId !== next.bootId
  return same && !hosted && !replaced ? 'same-machine' : 'same-class'
}

/** Whether durations may be compared without reserve: same CPU model and same major version of Node. */
export function comparable(old: Environment | null, next: Environment): boolean {
  return old === null || (old.cpuModel === next.cpuModel && nodeMajor(old.node) === nodeMajor(next.node))
}

export interface EnvironmentDifference {
  field: string
  old: string
  next: string
}

/** What differs between two environments and can move durations. */
export function environmentDifferences(old: Environment, next: Environment): EnvironmentDifference[] {
  const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
  const fields = ['cpuModel', 'cpus', 'node', 'v8', 'nodeFlags', 'osRelease', 'limits', 'vitest'] as const
  return fields
    .map((field) => ({ field, old: show(old[field]), next: show(next[field]) }))
    .filter((difference) => difference.old !== difference.next)
}
