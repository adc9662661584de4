import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { InputError } from './input-error.ts'

/**
 * Reads a JSON file and gives its content, unchecked.
 * @throws InputError that names the file and what is wrong: missing, a folder, empty, truncated.
 */
export async function readJson(path: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new InputError(`Cannot read ${path}: ${reason(cause)}`, { cause })
  }
  if (text.trim() === '') throw new InputError(`Cannot read ${path}: the file is empty`)
  try {
    return JSON.parse(text)
  } catch (cause) {
    const truncated = /end of JSON input|Unterminated/i.test((cause as Error).message)
    throw new InputError(
      `Cannot read ${path}: ${truncated ? 'the file is truncated' : 'not JSON'} (${(cause as Error).message})`,
      { cause },
    )
  }
}

/**
 * Checks content against a schema.
 * @throws InputError with the first thing that does not fit and where it stands in the file.
 */
export function checkContent<T>(path: string, content: unknown, schema: z.ZodType<T>, what: string): T {
  const parsed = schema.safeParse(content)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue?.path.length ? ` at ${issue.path.join('.')}` : ''
  throw new InputError(`Cannot read ${path}: not a ${what}${place} (${issue?.message ?? 'invalid'})`)
}

/**
 * Refuses versions of our own formats that this release does not know.
 * @throws InputError
 */
export function checkVersion(path: string, content: unknown, format: string, version: number): void {
  const parsed = z.object({ format: z.literal(format), version: z.number() }).safeParse(content)
  if (!parsed.success) return
  if (parsed.data.version !== version) {
    throw new InputError(
      `Cannot read ${path}: ${format} version ${parsed.data.version} is unknown here (this release reads version ${version}); update vitest-verdict or make the file anew`,
    )
  }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'no such file'
  if (code === 'EISDIR') return 'it is a folder, a file is needed'
  if (code === 'EACCES' || code === 'EPERM') return 'no permission'
  return message
}
