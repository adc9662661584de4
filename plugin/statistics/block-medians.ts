import { median } from './median.ts'

/**
 * Medians of `count` blocks of neighbouring values, as equal in length as can be. Neighbours are alike (a burst of load hits
 * many), so that blocks come closer to being independent than single values do.
 * @example blockMedians([1, 2, 3, 10, 11, 12], 2) // [2, 11]
 */
export function blockMedians(values: readonly number[], count: number): number[] {
  const edge = (index: number) => Math.round((index * values.length) / count)
  return Array.from({ length: count }, (_, index) => median(values.slice(edge(index), edge(index + 1))))
}
