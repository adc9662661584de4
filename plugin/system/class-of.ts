import type { ResolvedOptions } from '../options.ts'
import { type Environment, machineClass } from '../run/environment.ts'
import { nameTarget } from './name-target.ts'

/** Names what a run can be compared with: the machine, and the system where it is not the reference. */
export function classOf(
  { machineClass: configured, target }: Pick<ResolvedOptions, 'machineClass' | 'target'>,
  environment: Pick<Environment, 'platform' | 'arch' | 'cpus' | 'node'>,
): string {
  if (configured !== null) return configured
  const machine = machineClass(environment)
  return target === null ? machine : `${machine}-${nameTarget(target)}`
}
