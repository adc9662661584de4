import { randomBytes } from 'node:crypto'
import { mkdir, readdir, realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** A folder that one command owns. Its name ends with the process id, so that leftovers can be told from what is in use. */
const pattern = /^run-[0-9a-f]{12}-(\d+)$/

/** Where checkouts go: outside any project and any `node_modules`, whose files Vitest would not transform. */
export function checkoutsFolder(env: NodeJS.ProcessEnv = process.env): string {
  const cache = env.VITEST_VERDICT_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'vitest-verdict')
  return join(cache, 'against')
}

/** Makes a new folder that no other run has. Absolute, symbolic links resolved, as Vite names modules. */
export async function createRunFolder(checkouts: string): Promise<string> {
  const folder = join(checkouts, `run-${randomBytes(6).toString('hex')}-${process.pid}`)
  await mkdir(folder, { recursive: true })
  return realpath(folder)
}

/** Folders of runs whose process is gone (killed, or the machine went down). */
export async function abandonedRunFolders(checkouts: string): Promise<string[]> {
  const names = await readdir(checkouts).catch(() => [])
  return names.flatMap((name) => {
    const pid = pattern.exec(name)?.[1]
    return pid === undefined || isAlive(Number(pid)) ? [] : [join(checkouts, name)]
  })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
