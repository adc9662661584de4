import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** How processes are kept on one processor. */
export interface LockstepPinning {
  /** Goes before their command. */
  prefix: string[]
  /** For the user. */
  text: string
}

/**
 * Pins to one processor by `taskset`, where there is one: two that run in turns on different processors differ by 3 to 14 %, on
 * the same by 0.8 to 1.4 % (DUET.md).
 */
export function lockstepPinning(
  status: string | null = readStatus(),
  works: (prefix: readonly string[]) => boolean = canRun,
): LockstepPinning {
  // The last one: interrupts are mostly served by the first.
  const processor = /^Cpus_allowed_list:\s*(?:.*[,-])?(\d+)\s*$/m.exec(status ?? '')?.[1]
  const prefix = ['taskset', '-c', processor ?? '']
  if (processor === undefined || !works(prefix)) {
    return { prefix: [], text: 'on any processor, as there is no taskset here: the spread is larger' }
  }
  // The same addresses for all, where they may be fixed: in a container often not.
  const text = `all pinned to processor ${processor}`
  return works(fixedAddresses) ? { prefix: [...fixedAddresses, ...prefix], text } : { prefix, text }
}

const fixedAddresses = ['setarch', '-R']

/** Linux says which processors may be used (proc_pid_status(5)). */
function readStatus(): string | null {
  try {
    return readFileSync('/proc/self/status', 'utf8')
  } catch {
    return null
  }
}

function canRun([command, ...args]: readonly string[]): boolean {
  return spawnSync(command!, [...args, process.execPath, '--version'], { stdio: 'ignore' }).status === 0
}
