import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { InputError } from './input-error.ts'

/**
 * Writes a file whole or not at all (temporary file, fsync, rename), making its folder when needed.
 * @throws InputError when the path cannot be written, e.g. because a folder stands there.
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFileAtomic(path, typeof content === 'string' ? content : Buffer.from(content))
  } catch (cause) {
    throw new InputError(`Cannot write ${path}: ${reason(cause)}`, { cause })
  }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EISDIR') return 'a folder stands there'
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'a file stands where a folder is needed'
  if (code === 'EACCES' || code === 'EPERM') return 'no permission'
  if (code === 'ENOSPC') return 'no space left on the disk'
  return message
}
