import { setImmediate } from 'node:timers/promises'
import { usedBytes } from '../../plugin/measure/probes/allocation.ts'
import { settleGarbage } from '../../plugin/measure/settle-garbage.ts'

/** Bytes that are still in use, on the heap and in buffers outside it, once everything that can be collected is. About 30 ms. */
export async function settledBytes(): Promise<number> {
  // Buffers are freed beside the thread, and counted as freed by the next collection.
  for (let round = 0; round < 2; round++) {
    settleGarbage('major')
    await setImmediate()
  }
  settleGarbage('major')
  return usedBytes()
}
