import { join } from 'node:path'

/** Where the baseline of a machine class is kept, relative to the project's root. */
export function baselinePath(options: { baseline: string | null }, machineClass: string): string {
  return options.baseline ?? join('baseline', `${machineClass}.json`)
}
