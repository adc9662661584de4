import { join } from 'node:path'

/** Longest name of a profile without its ending: well within what file systems allow. */
const LONGEST = 120

/**
 * Where the CPU profile of a benchmark goes: the same file every session, so that their number stays that of the benchmarks.
 * `shown` is relative to the project's root, with forward slashes.
 */
export function profilePath(
  root: string,
  outputDir: string,
  file: string,
  name: string,
): { path: string; shown: string } {
  const safe = `${file} ${name}`.replace(/[^\w.-]+/g, '_').slice(-LONGEST)
  const shown = `${outputDir}/profiles/${safe}.cpuprofile`
  return { path: join(root, shown), shown }
}
