import { GCProfiler, getHeapStatistics } from 'node:v8'

/** Collections seen between `start` and `stop`, and what was allocated, exactly. */
export interface AllocationResult {
  /** Bytes allocated on the heap and outside it, collected ones included. */
  allocatedBytes: number
  peakBytes: number
  gc: { count: number; pauseTotalMs: number; pauseMaxMs: number }
}

/** Bytes in use on the heap and by objects that live outside it (buffers). */
export function usedBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}

/**
 * Watches allocation. V8 tells how much was in use before and after each collection, so that what was allocated is the sum
 * of the rises between them: exact, however often the garbage collector runs. Undefined where this runtime can't tell.
 */
export function watchAllocation(): { stop: () => AllocationResult } | undefined {
  if (typeof GCProfiler !== 'function') return undefined
  const profiler = new GCProfiler()
  profiler.start()
  let level = usedBytes()
  return {
    stop: () => {
      const end = usedBytes()
      const statistics = profiler.stop()?.statistics ?? []
      const gc = { count: statistics.length, pauseTotalMs: 0, pauseMaxMs: 0 }
      let allocatedBytes = 0
      let peakBytes = Math.max(level, end)
      for (const { beforeGC, afterGC, cost } of statistics) {
        const before = inUse(beforeGC.heapStatistics)
        allocatedBytes += Math.max(0, before - level)
        peakBytes = Math.max(peakBytes, before)
        level = inUse(afterGC.heapStatistics)
        // V8 gives microseconds.
        gc.pauseTotalMs += cost / 1000
        gc.pauseMaxMs = Math.max(gc.pauseMaxMs, cost / 1000)
      }
      return { allocatedBytes: allocatedBytes + Math.max(0, end - level), peakBytes, gc }
    },
  }
}

function inUse(statistics: { usedHeapSize: number; externalMemory: number }): number {
  return statistics.usedHeapSize + statistics.externalMemory
}
