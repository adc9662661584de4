import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HistoryStore } from './history-store.ts'
import { InputError } from './input-error.ts'
import { writeWhole } from './write-whole.ts'

/** History as files in a folder; the folder is made with the first entry. */
export function historyFiles(folder: string): HistoryStore {
  return {
    place: folder,
    async list() {
      try {
        return (await readdir(folder)).filter((name) => !name.startsWith('.'))
      } catch (cause) {
        const { code, message } = cause as NodeJS.ErrnoException
        if (code === 'ENOENT') return []
        throw new InputError(`Cannot read the history in ${folder}: ${code === 'ENOTDIR' ? 'it is a file' : message}`, {
          cause,
        })
      }
    },
    async read(name) {
      try {
        return await readFile(join(folder, name), 'utf8')
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
        throw cause
      }
    },
    write: (name, content) => writeWhole(join(folder, name), content),
    close: async () => {},
  }
}
