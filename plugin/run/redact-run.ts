import { redactSecrets } from './redact-secrets.ts'
import type { Run } from './run.ts'

/** A copy of a run in which no text, and no name of a property, carries what looks like a secret or is one of `known`. */
export function redactRun(run: Run, known: readonly string[] = []): Run {
  return redact(run, (text) => redactSecrets(text, known)) as Run
}

function redact(value: unknown, clean: (text: string) => string): unknown {
  if (typeof value === 'string') return clean(value)
  if (Array.isArray(value)) return typeof value[0] === 'number' ? value : value.map((item) => redact(item, clean))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [clean(name), redact(inner, clean)]))
}
