import { getHeapSpaceStatistics, type HeapSpaceInfo } from 'node:v8'
import { settleGarbage } from './settle-garbage.ts'

/** Size of each of the two halves of the young generation in a measuring process, MB: the most that Node 22 gives by itself. */
const SEMI_SPACE_MB = 16

const sizeOfParts = /(?:^|\s)--(?:m(?:in|ax)[-_]semi[-_]space[-_]size|max[-_]heap[-_]size)\b/

/**
 * Adds to Node's arguments for a process that measures. V8 would begin with a small young generation and enlarge it while objects
 * survive: in some processes before a benchmark, in others within it, and every page of the new part is a page fault at its first
 * use.
 *
 * @param given the arguments so far; who sets the size of the heap's parts, there or in `NODE_OPTIONS`, has decided
 */
export function withSteadyHeap(given: readonly string[]): string[] {
  const decided = [...given, process.env.NODE_OPTIONS ?? ''].some((argument) => sizeOfParts.test(argument))
  return decided
    ? [...given]
    : [...given, `--min-semi-space-size=${SEMI_SPACE_MB}`, `--max-semi-space-size=${SEMI_SPACE_MB}`]
}

/** 16 KB: from 128 KB on, V8 would keep an array outside the young generation. */
const ARRAY_LENGTH = 2048
const ARRAYS_PER_LOOK = 64
/** Where a heap is as large as this, its pages are the user's affair. */
const MOST_BYTES = 256 * 1024 * 1024

let touchedBytes = 0

/**
 * Uses every page of the young generation once, where it has grown since the last time. A first use is a page fault: 0.1 to 0.25 µs
 * on a real machine, 15 µs on some virtual ones, where it made a function that allocates 3 times as slow for its first 100 ms.
 *
 * Leaves it empty. Were it left nearly full, the next collection would come within the first calls, find most of what they have made
 * still in use, and have V8 make such objects in the old generation from then on: about twice as slow.
 */
export function touchYoungGeneration(): void {
  if (youngBytes() <= touchedBytes) return
  // Its halves change places at each collection, and the second is asked of the system at the first of them.
  for (let allocated = 0; allocated < 1.25 * youngBytes() && allocated < MOST_BYTES; ) {
    for (let array = 0; array < ARRAYS_PER_LOOK; array++) allocated += 8 * new Array(ARRAY_LENGTH).fill(array).length
  }
  touchedBytes = youngBytes()
  settleGarbage('minor')
}

/** Bytes of both halves, as far as V8 has asked the system for them. */
function youngBytes(): number {
  return youngGeneration()?.space_size ?? 0
}

/** V8's name for the young generation in its statistics. */
export const youngSpace = 'new_space'

/** How large and how full the young generation is now; undefined where the engine has none of that name. */
export function youngGeneration(): HeapSpaceInfo | undefined {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === youngSpace)
}
