import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { Probes } from '../../run/measurement.ts'
import { now } from '../clock.ts'
import { runRound, type Subject } from '../subject.ts'
import { yieldToEventLoop } from '../warm-up.ts'
import { usedBytes, watchAllocation } from './allocation.ts'
import type { ProbesWanted } from './probe-subject.ts'

/** Share of a benchmark's time budget that its probe pass may take … */
const SHARE = 0.1
/** … within these bounds, ms: enough for several scavenges of a function that allocates. */
const LEAST_MS = 10
const MOST_MS = 50
/** Distance of two looks at memory, ms: reading the resident size costs about 10 µs. */
const LOOK_EVERY_MS = 2
/** The event-loop monitor's timer, ms. */
const LOOP_RESOLUTION_MS = 1

/**
 * Calls the function for a while, untimed, and watches memory, garbage collection, CPU and event loop. A pass of its own:
 * the probes would disturb the timed rounds, and what they see here is this benchmark's doing alone.
 */
export async function probePass(subject: Subject, wanted: ProbesWanted, aborted: () => boolean): Promise<Probes> {
  const budgetMs = Math.min(MOST_MS, Math.max(LEAST_MS, subject.budget.timeMs * SHARE))
  const watchingBytes = bytesOfWatching()
  const readingBytes = bytesOfReading()
  // A synchronous function never lets the loop turn: its delay would only be the harness's own.
  const loop = wanted.cpu && subject.async ? watchEventLoop() : undefined
  const memory = wanted.memory ? new MemoryLevels() : undefined
  const cpuStart = process.cpuUsage()
  const start = now()
  const allocation = wanted.memory ? watchAllocation() : undefined
  let calls = 0
  let ownBytes = 0
  let nextLook = start + LOOK_EVERY_MS
  do {
    const round = runRound(subject, subject.batchSize, 'run')
    if (typeof round !== 'number') await round
    calls += subject.batchSize
    if (memory && now() >= nextLook) {
      const before = usedBytes()
      memory.look()
      // What the second reading allocates falls after it.
      ownBytes += Math.max(0, usedBytes() - before) + readingBytes
      nextLook = now() + LOOK_EVERY_MS
    }
  } while (now() - start < budgetMs && !aborted())
  const allocated = allocation?.stop()
  const wallMs = now() - start
  const cpu = process.cpuUsage(cpuStart)
  memory?.look()
  const eventLoop = await loop?.stop()
  const cpuMicros = cpu.user + cpu.system
  return {
    ...(memory && {
      memory: {
        ...memory.summary(allocated?.peakBytes),
        ...(allocated && {
          bytesPerOperation: Math.max(0, allocated.allocatedBytes - ownBytes - watchingBytes) / calls,
        }),
      },
    }),
    ...(allocated && { gc: allocated.gc }),
    ...(wanted.cpu && {
      cpu: {
        userMicros: cpu.user,
        systemMicros: cpu.system,
        microsPerOperation: cpuMicros / calls,
        percentOfCore: cpuMicros / 10 / wallMs,
      },
    }),
    ...(eventLoop && { eventLoop }),
  }
}

/** Levels of memory over a measurement, bytes. */
export class MemoryLevels {
  readonly #heap = { sum: 0, peak: 0 }
  readonly #rss = { sum: 0, peak: 0 }
  #externalPeak = 0
  #looks = 0

  constructor() {
    this.look()
  }

  look(): void {
    const { heapUsed, rss, external } = process.memoryUsage()
    this.#looks++
    this.#heap.sum += heapUsed + external
    this.#heap.peak = Math.max(this.#heap.peak, heapUsed + external)
    this.#rss.sum += rss
    this.#rss.peak = Math.max(this.#rss.peak, rss)
    this.#externalPeak = Math.max(this.#externalPeak, external)
  }

  /** @param seenPeak highest level that the garbage collector saw between the looks. */
  summary(seenPeak = 0) {
    return {
      heapAverageBytes: this.#heap.sum / this.#looks,
      heapPeakBytes: Math.max(this.#heap.peak, seenPeak),
      rssAverageBytes: this.#rss.sum / this.#looks,
      rssPeakBytes: this.#rss.peak,
      externalPeakBytes: this.#externalPeak,
    }
  }
}

/** Watches how late timers are and how busy the loop is. */
export function watchEventLoop() {
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS })
  delay.enable()
  const utilization = performance.eventLoopUtilization()
  return {
    stop: async (): Promise<NonNullable<Probes['eventLoop']> | undefined> => {
      await yieldToEventLoop()
      delay.disable()
      const { utilization: share } = performance.eventLoopUtilization(utilization)
      if (delay.count === 0) return undefined
      // The monitor counts from the last turn of its timer, the timer's own period included.
      const late = (ns: number) => Math.max(0, ns / 1e6 - LOOP_RESOLUTION_MS)
      return {
        delayMeanMs: late(delay.mean),
        delayP99Ms: late(delay.percentile(99)),
        delayMaxMs: late(delay.max),
        utilization: share,
      }
    },
  }
}

/** Bytes that watching allocates by itself. */
function bytesOfWatching(): number {
  return watchAllocation()?.stop().allocatedBytes ?? 0
}

function bytesOfReading(): number {
  const first = usedBytes()
  return Math.max(0, usedBytes() - first)
}
