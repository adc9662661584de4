import { type Baseline, baselineFormat, baselineSchema, baselineVersion } from '../judge/baseline.ts'
import { checkContent, checkVersion, readJson } from './read-json.ts'

/**
 * Reads a baseline file.
 * @throws InputError when it is missing, damaged, foreign or of an unknown version.
 */
export async function readBaseline(path: string): Promise<Baseline> {
  const content = await readJson(path)
  checkVersion(path, content, baselineFormat, baselineVersion)
  return checkContent(path, content, baselineSchema, 'vitest-verdict baseline')
}
