import type { ResolvedTarget } from '../options.ts'

/** Shorter ones would be found in ordinary words. */
const minimumLength = 8

/** What must reach no file: the values of a target's headers, whole and without a scheme such as `Bearer`, longest first. */
export function targetSecrets(target: ResolvedTarget | null): string[] {
  if (target?.kind !== 'gateway') return []
  return Object.values(target.headers)
    .flatMap((value) => [value, value.replace(/^\S+\s+/, '')])
    .filter((value) => value.length >= minimumLength)
    .toSorted((a, b) => b.length - a.length)
}
