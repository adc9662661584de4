import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from './input-error.ts'

const runFile = /^run_(\d{8}_\d{6})(?:_(\d+))?\.json$/

/**
 * Paths of all runs in a folder, oldest first by the time in their names.
 * @throws InputError when the folder cannot be read.
 */
export async function listRuns(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'no such folder' : cause.code === 'ENOTDIR' ? 'it is a file' : cause.message
    throw new InputError(
      `Cannot look for runs in ${folder}: ${why}; run "npx vitest bench" first or give --results-dir`,
      {
        cause,
      },
    )
  })
  return names
    .flatMap((name) => {
      const [, time, number = '1'] = runFile.exec(name) ?? []
      return time === undefined ? [] : [{ name, time, number: Number(number) }]
    })
    .sort((a, b) => (a.time === b.time ? a.number - b.number : a.time < b.time ? -1 : 1))
    .map(({ name }) => join(folder, name))
}

/**
 * Path of the newest run in a folder.
 * @throws InputError when there is none.
 */
export async function latestRun(folder: string): Promise<string> {
  const newest = (await listRuns(folder)).at(-1)
  if (newest === undefined) {
    throw new InputError(`No run in ${folder}: run "npx vitest bench" first or give --results-dir`)
  }
  return newest
}
