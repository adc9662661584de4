import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Collect = (options: { type: 'minor' | 'major'; flavor?: 'last-resort' }) => void

/** The young generation of a process that has just started has 1 to 4 MB; V8 lets it grow with what survives, up to 64 MB. */
const YOUNG_BYTES = 4 * 2 ** 20
/** Size of the pieces that touch it: well below a page, so that none is left out. */
const PIECE_WORDS = 125

let collect: Collect | null | undefined

/** Collects the young generation (about 0.3 ms), so that a benchmark does not pay for what was left there. */
export function settleGarbage(): void {
  collect ??= findCollector()
  collect?.({ type: 'minor' })
}

/**
 * Puts the heap into the state of a process that has just started, as far as the engine lets us: what earlier work has left
 * behind is collected (about 10 ms), and a young generation that has grown is cut back (another 10 ms). A benchmark that
 * allocates walks through the whole of it, and where a neighbour has made it grow, it meets new pages all the time: each costs a page fault,
 * 15 µs on a virtual machine, which made 2 µs of JSON 5 µs for as long as it was measured. Does nothing where the engine
 * offers no collector.
 */
export function settleHeap(): void {
  collect ??= findCollector()
  if (!collect) return
  if (youngBytes() > YOUNG_BYTES) {
    // Only this flavour cuts it back. It takes all code for old and would throw away what has not run since the last time.
    setFlagsFromString('--no-flush-bytecode')
    collect({ type: 'major', flavor: 'last-resort' })
    setFlagsFromString('--flush-bytecode')
  } else {
    collect({ type: 'major' })
  }
  touchYoungGeneration()
}

/** Size of the young generation, bytes. */
export function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0
}

/** Pieces that survive a while, so that V8 makes the young generation larger: half a megabyte. */
const SURVIVORS = 512
/** It is large enough after some 10 MB; a bound for an engine that thinks otherwise. */
const MOST_PIECES = 64 * 1024

const survivors: unknown[] = new Array(SURVIVORS)

/** Makes the young generation as large as it soon would be, and has its pages mapped before anything is timed. */
function touchYoungGeneration(): void {
  const allocate = (piece: number, alive: number) => {
    survivors[piece % alive] = new Array(PIECE_WORDS).fill(piece)
  }
  for (let piece = 0; piece < MOST_PIECES; piece++) {
    // Asking costs as much as some pieces.
    if (piece % SURVIVORS === 0 && youngBytes() >= YOUNG_BYTES) break
    allocate(piece, SURVIVORS)
  }
  survivors.fill(undefined)
  // Both halves; nothing survives, so that it grows no further.
  const pieces = (2 * youngBytes()) / (PIECE_WORDS * 8)
  for (let piece = 0; piece < pieces; piece++) allocate(piece, 1)
  survivors.fill(undefined)
}

function findCollector(): Collect | null {
  try {
    setFlagsFromString('--expose-gc')
    return runInNewContext('gc') as Collect
  } catch {
    return null
  }
}
