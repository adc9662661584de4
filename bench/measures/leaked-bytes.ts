import { usedBytes } from '../../plugin/measure/probes/allocation.ts'
import { median } from '../../plugin/statistics/median.ts'
import { settledBytes } from './settled-memory.ts'

/** What has piled up by then is no leftover of the warm-up; going on would only fill the machine. */
const certainBytes = 64 * 1024 * 1024
/** Of the second half; their median tells, which something that happens once meanwhile does not move. */
const parts = 5

export interface Leak {
  /** How many were counted. */
  cycles: number
  bytesPerCycle: number
}

/**
 * Bytes that every cycle leaves behind for good. The second half of the cycles counts, since in the first caches fill and code is
 * compiled, and of its parts the median: a leak grows in each, what the process keeps once, whenever that is, in one. Ends early
 * where the leak is beyond doubt.
 */
export async function leakedBytes(cycle: () => Promise<void>, cycles: number): Promise<Leak> {
  const cyclesPerPart = Math.floor(cycles / 2 / parts)
  const growth: number[] = []
  let start = await settledBytes()
  for (let part = -parts; part < parts; part++) {
    for (let done = 1; done <= cyclesPerPart; done++) {
      await cycle()
      if (usedBytes() - start > certainBytes) {
        const left = (await settledBytes()) - start
        if (left > certainBytes) return { cycles: done, bytesPerCycle: left / done }
      }
    }
    const end = await settledBytes()
    if (part >= 0) growth.push(end - start)
    start = end
  }
  return { cycles: growth.length * cyclesPerPart, bytesPerCycle: Math.max(0, median(growth)) / cyclesPerPart }
}
