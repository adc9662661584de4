import { median } from './median.ts'

/**
 * Median of the natural logs; null where a value has none (0, negative, not a number).
 * @example medianOfLogs([1, Math.E, 100]) // 1
 */
export function medianOfLogs(values: readonly number[]): number | null {
  const logs = values.map(Math.log)
  return logs.every(Number.isFinite) ? median(logs) : null
}
