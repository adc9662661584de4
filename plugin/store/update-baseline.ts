import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { lock } from 'proper-lockfile'
import type { Baseline } from '../judge/baseline.ts'
import { InputError } from './input-error.ts'
import { readBaseline } from './read-baseline.ts'
import { readJson } from './read-json.ts'
import { writeWhole } from './write-whole.ts'

/**
 * Replaces a baseline by what `change` makes of the stored one (null when there is none yet). Two processes that accept at the
 * same time take turns, so that neither loses what the other stored.
 * @throws InputError when the stored file is damaged, or stays locked for some ten seconds.
 */
export async function updateBaseline(
  path: string,
  change: (previous: Baseline | null) => Baseline | Promise<Baseline>,
): Promise<Baseline> {
  await mkdir(dirname(path), { recursive: true })
  const release = await lock(path, {
    realpath: false,
    retries: { retries: 20, minTimeout: 50, maxTimeout: 1000 },
  }).catch((cause: Error) => {
    throw new InputError(`Cannot change ${path}: another process holds its lock (${cause.message})`, { cause })
  })
  try {
    const baseline = await change(existsSync(path) ? await readOwn(path) : null)
    await writeWhole(path, `${JSON.stringify(baseline, null, 1)}\n`)
    return baseline
  } finally {
    await release()
  }
}

/** A summaries file serves as a baseline, but is not ours to overwrite. */
async function readOwn(path: string): Promise<Baseline> {
  const content = await readJson(path)
  if (typeof content === 'object' && content !== null && 'format' in content) return readBaseline(path)
  throw new InputError(`Cannot accept into ${path}: it is not a vitest-verdict baseline; give another --baseline`)
}
