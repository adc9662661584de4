import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { baselineFormat } from '../judge/baseline.ts'
import { readJson } from './read-json.ts'

/**
 * Machine classes of which a baseline lies beside this path, in order of their names; what cannot be read is passed over.
 * @example await otherBaselines('baseline/linux-x64-4cpu-node24.json') // ['linux-x64-2cpu-node24']
 */
export async function otherBaselines(path: string): Promise<string[]> {
  const names = await readdir(dirname(path)).catch(() => [])
  const files = names.filter((name) => name.endsWith('.json') && name !== basename(path)).sort()
  const classes = await Promise.all(
    files.map(async (name) => {
      const content = await readJson(join(dirname(path), name)).catch(() => null)
      const { format, machineClass } = Object(content) as { format?: unknown; machineClass?: unknown }
      return format === baselineFormat && typeof machineClass === 'string' ? [machineClass] : []
    }),
  )
  return classes.flat()
}
