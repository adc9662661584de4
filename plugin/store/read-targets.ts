import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Target, targetsSchema } from '../judge/targets.ts'
import { checkContent, readJson } from './read-json.ts'

/**
 * Reads the targets of a project.
 * @param configured path of the file; without it `baseline/targets.json`, which need not be there
 * @throws InputError when the file does not fit its schema, or the one configured is missing.
 */
export async function readTargets(root: string, configured?: string | null): Promise<Target[]> {
  const path = configured ? resolve(root, configured) : join(root, 'baseline', 'targets.json')
  if (!configured && !existsSync(path)) return []
  return checkContent(path, await readJson(path), targetsSchema, 'targets file').targets
}
