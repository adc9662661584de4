import type { RunOptions } from '../plugin/run/run.ts'

/** What a run measured in place of the reference, in a few words. */
export function nameMeasured(target: NonNullable<RunOptions['target']>): string {
  if ('module' in target) return target.module
  return `${target.url} (${target.api}${target.model === null ? '' : `, model ${target.model}`})`
}
