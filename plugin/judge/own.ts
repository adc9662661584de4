/**
 * What a record itself has under a name that users choose: a benchmark called `constructor` or `__proto__` must not be answered
 * with what every object inherits.
 */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
