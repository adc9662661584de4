/** Where a run was made: what decides whether two runs may be compared. */
export interface Environment {
  platform: string
  arch: string
  osRelease: string
  /** Whether it is a virtual machine; absent where the platform does not tell. */
  virtual?: boolean
  /** The same as long as the machine is not started anew; absent where the platform does not tell. */
  bootId?: string
  cpuModel: string
  /** CPUs this process may use. */
  cpus: number
  memoryBytes: number
  /** Limits set by a container (cgroup); null where there is none. */
  limits: { cpus: number | null; memoryBytes: number | null }
  node: string
  v8: string
  /** Flags given to Node that change how code runs. */
  nodeFlags: string[]
  vitest: string
  /** Name of the CI service, null on other machines. */
  ci: string | null
  commit: string | null
  branch: string | null
  /** Whether the work tree had uncommitted changes; null outside git. */
  dirty: boolean | null
}

/**
 * Names the class of machines whose runs share a baseline file.
 * @example machineClass(environment) // 'linux-x64-2cpu-node24'
 */
export function machineClass(environment: Pick<Environment, 'platform' | 'arch' | 'cpus' | 'node'>): string {
  return `${environment.platform}-${environment.arch}-${environment.cpus}cpu-node${nodeMajor(environment.node)}`
}

/** @example nodeMajor('v24.21.0') // 24 */
export function nodeMajor(version: string): number {
  return Number.parseInt(version.replace(/^v/, ''), 10)
}
