import { plainText } from './plain-text.ts'

/**
 * One CSV field (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe before it, as OWASP's
 * "CSV Injection" page advises.
 * @example escapeCsv('a,"b"') // '"a,""b"""'
 */
export function escapeCsv(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  const text = plainText(value, 10_000)
  const safe = /^[=+\-@\t]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
