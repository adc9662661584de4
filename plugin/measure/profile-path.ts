import { isAbsolute, relative, resolve, sep } from 'node:path'

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
  const path = resolve(root, outputDir, 'profiles', `${safe}.cpuprofile`)
  // A folder elsewhere is named from the root too: no path of the machine reaches a file.
  const shown = relative(root, path)
  return { path, shown: isAbsolute(shown) ? `${safe}.cpuprofile` : shown.split(sep).join('/') }
}
