import { usedBytes } from '../../plugin/measure/probes/allocation.ts'
import { settledBytes } from './settled-memory.ts'

/** What has piled up by then is no leftover of the warm-up; going on would only fill the machine. */
const certainBytes = 64 * 1024 * 1024

export interface Leak {
  cycles: number
  bytesPerCycle: number
}

/**
 * Bytes that every cycle leaves behind for good. The second half of the cycles counts: in the first caches fill and code is
 * compiled. Ends early where the leak is beyond doubt.
 */
export async function leakedBytes(cycle: () => Promise<void>, cycles: number): Promise<Leak> {
  let start = await settledBytes()
  let since = 0
  for (let done = 1; done <= cycles; done++) {
    await cycle()
    since++
    if (done === Math.floor(cycles / 2)) {
      start = await settledBytes()
      since = 0
    } else if (usedBytes() - start > certainBytes && (await settledBytes()) - start > certainBytes) break
  }
  return { cycles: since, bytesPerCycle: Math.max(0, (await settledBytes()) - start) / since }
}
