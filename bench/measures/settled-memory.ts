import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { usedBytes } from '../../plugin/measure/probes/allocation.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes that are still in use, on the heap and in buffers outside it, once everything that can be collected is. About 30 ms. */
export async function settledBytes(): Promise<number> {
  // Buffers are freed beside the thread, and counted as freed by the next collection.
  for (let round = 0; round < 2; round++) {
    collect()
    await setImmediate()
  }
  collect()
  return usedBytes()
}
