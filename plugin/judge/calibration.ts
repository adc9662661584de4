import type { Calibration } from '../run/measurement.ts'
import { medianOfLogs } from '../statistics/median-of-logs.ts'

/**
 * How slow the machine was, on the log scale: the median of the logs of the five calibration kernels (VERDICT.md, "Stored
 * baseline"). Only differences between two of these have a meaning. Null where a kernel took no time.
 */
export function calibrationLog({ integer, float, string, allocation, map }: Calibration): number | null {
  return medianOfLogs([integer, float, string, allocation, map])
}
