import { redactSecrets } from './redact-secrets.ts'
import type { Run } from './run.ts'

/**
 * What tells benchmarks apart: two names such as "basic arithmetic" and "basic operations" must not both become
 * "basic [redacted]". Only secrets that are `known`, and those in addresses, are taken out of them.
 */
const identifying = new Set(['key', 'name', 'title', 'category', 'test', 'file', 'project'])

/**
 * A copy of a run in which no text, and no name of a property, carries what looks like a secret or is one of `known`, and
 * paths below `root` are named from there.
 */
export function redactRun(run: Run, known: readonly string[] = [], root = ''): Run {
  const exact = (text: string) => known.reduce((cleaned, secret) => cleaned.replaceAll(secret, '[redacted]'), text)
  const fromRoot = (text: string) => (root === '' ? text : text.replaceAll(`${root}/`, ''))
  const clean = (text: string, name: string) =>
    identifying.has(name) && !text.includes('://') ? exact(text) : redactSecrets(fromRoot(text), known)
  return redact(run, clean, '') as Run
}

function redact(value: unknown, clean: (text: string, name: string) => string, name: string): unknown {
  if (typeof value === 'string') return clean(value, name)
  if (Array.isArray(value)) return typeof value[0] === 'number' ? value : value.map((item) => redact(item, clean, name))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [clean(key, ''), redact(inner, clean, key)])
  return Object.fromEntries(entries)
}
