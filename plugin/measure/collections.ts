import { GCProfiler } from 'node:v8'
import { youngGeneration, youngSpace } from './young-generation.ts'

/** Garbage collection on the thread that runs the code, from an empty young generation on. */
export interface Collections {
  /** How long each collection of the young generation took, ns. */
  pausesNs: number[]
  /** Bytes that outlived each of them: what it had to copy. */
  keptBytes: number[]
  /** Bytes of the young generation in use when each of them came … */
  fullBytes: number[]
  /** … and at the end. */
  leftBytes: number
  /** Time of all other collections, ns. */
  oldNs: number
}

/** What V8 calls the collections of its young generation. */
const ofYoung: ReadonlySet<string> = new Set(['Scavenge', 'MinorMarkSweep'])

/** Watches collections until it is stopped. Undefined where this runtime can't tell. */
export function watchCollections(): { stop: () => Collections } | undefined {
  if (typeof GCProfiler !== 'function') return undefined
  const profiler = new GCProfiler()
  profiler.start()
  return {
    stop() {
      const leftBytes = youngGeneration()?.space_used_size ?? 0
      const all = profiler.stop()?.statistics ?? []
      const young = all.filter(({ gcType }) => ofYoung.has(gcType))
      const old = all.filter(({ gcType }) => !ofYoung.has(gcType))
      return {
        pausesNs: young.map(({ cost }) => nanoseconds(cost)),
        // Large objects that nothing holds any more are freed beside.
        keptBytes: young.map(({ beforeGC, afterGC }) =>
          Math.max(0, usedHeap(afterGC) - usedHeap(beforeGC) + usedYoung(beforeGC)),
        ),
        fullBytes: young.map(({ beforeGC }) => usedYoung(beforeGC)),
        leftBytes,
        oldNs: old.reduce((sum, { cost }) => sum + nanoseconds(cost), 0),
      }
    },
  }
}

type HeapBeside = ReturnType<GCProfiler['stop']>['statistics'][number]['beforeGC']

/** V8 gives microseconds. */
function nanoseconds(cost: number): number {
  return cost * 1000
}

function usedHeap({ heapStatistics }: HeapBeside): number {
  return heapStatistics.usedHeapSize
}

function usedYoung({ heapSpaceStatistics }: HeapBeside): number {
  return heapSpaceStatistics.find(({ spaceName }) => spaceName === youngSpace)?.spaceUsedSize ?? 0
}
