import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Target, targetsSchema } from '../judge/targets.ts'
import { checkContent, readJson } from './read-json.ts'

/**
 * Reads `baseline/targets.json` of a project; none when there is no such file.
 * @throws InputError when the file does not fit its schema.
 */
export async function readTargets(root: string): Promise<Target[]> {
  const path = join(root, 'baseline', 'targets.json')
  if (!existsSync(path)) return []
  return checkContent(path, await readJson(path), targetsSchema, 'targets file').targets
}
