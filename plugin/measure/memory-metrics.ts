import type { Probes } from '../run/measurement.ts'
import type { Metric } from '../run/metric.ts'

/** The built-in metrics of memory: what the heap and the buffers outside it hold, and what each call allocates. */
export function memoryMetrics(memory: Probes['memory']): Record<string, Metric> {
  if (!memory) return {}
  return {
    ...(memory.bytesPerOperation !== undefined && {
      // Sizes are compared as ratios, where 0 has no place: less than a byte counts as one.
      memory_per_operation: bytes('Memory per Operation', Math.max(1, memory.bytesPerOperation)),
    }),
    memory_average: bytes('Average Memory', memory.heapAverageBytes),
    memory_peak: bytes('Peak Memory', memory.heapPeakBytes),
  }
}

function bytes(title: string, value: number): Metric {
  return { kind: 'quantity', title, direction: 'lower', gate: false, value, unit: 'B' }
}
