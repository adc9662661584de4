import { type Run, runFormat, runVersion } from '../run/run.ts'
import { runSchema } from '../run/schema.ts'
import { checkContent, checkVersion, readJson } from './read-json.ts'

/**
 * Reads a `run_*.json` file.
 * @throws InputError when it is missing, damaged or of an unknown version.
 */
export async function readRun(path: string): Promise<Run> {
  const content = await readJson(path)
  checkVersion(path, content, runFormat, runVersion)
  return checkContent(path, content, runSchema, 'vitest-verdict run')
}
