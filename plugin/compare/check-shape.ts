import type { z } from 'zod'
import { ImportError } from './imported.ts'

/**
 * Content as the schema says.
 * @throws ImportError with the first thing that does not fit, and where
 */
export function checkShape<T>(schema: z.ZodType<T>, content: unknown, title: string): T {
  const parsed = schema.safeParse(content)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue?.path.length ? ` at ${issue.path.join('.')}` : ''
  throw new ImportError(`not ${title}${place}: ${issue?.message ?? 'invalid'}`)
}

/** A plain object with this key. */
export function hasKey<K extends string>(content: unknown, key: K): content is Record<K, unknown> {
  return typeof content === 'object' && content !== null && !Array.isArray(content) && Object.hasOwn(content, key)
}
