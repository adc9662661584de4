/** A sorted copy, smallest first, in a typed array: on large samples several times faster than a comparison function. */
export function sorted(values: readonly number[]): number[] {
  return Array.from(Float64Array.from(values).sort())
}
