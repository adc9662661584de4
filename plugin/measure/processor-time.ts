import { closeSync, openSync, readSync } from 'node:fs'
import { now } from './clock.ts'

/** What this thread has spent since it started, ns. */
export interface ProcessorTime {
  /** On a processor. */
  ranNs: number
  /** Ready to run, waiting for a processor that others used. */
  waitedNs: number
  /** What the other threads of this process have spent on a processor. */
  otherThreadsNs: number
}

/** Linux keeps it per thread (Documentation/scheduler/sched-stats.rst): time on a processor, time waiting for one, turns. */
const source = '/proc/thread-self/schedstat'

let file: number | null | undefined
const buffer = Buffer.alloc(128)

/** Asks the system, in about 8 µs; null where it does not tell. */
export function processorTime(): ProcessorTime | null {
  file ??= open()
  if (file === null) return null
  // Linux brings a running thread's account up to date only when it is asked in this way; else it may be 4 ms behind.
  const { user, system } = process.cpuUsage()
  const length = readSync(file, buffer, 0, buffer.length, 0)
  const [ranNs, waitedNs] = buffer.toString('latin1', 0, length).split(' ').map(Number)
  return { ranNs: ranNs!, waitedNs: waitedNs!, otherThreadsNs: (user + system) * 1000 - ranNs! }
}

/**
 * Starts a clock that stands still while this thread waits for a processor that other processes use. What other threads of this
 * process do may be work of the code that is timed, and what is waited for them its time: where they run for more than half as long as
 * this thread, the clock does not stand still.
 * @returns asks it: ns since it was started; all of them where the system does not tell of waiting
 */
export function clockWithoutWaiting(): () => number {
  const start = readTogether()
  return () => {
    const end = readTogether()
    const ns = end.ns - start.ns
    if (start.processor === null || end.processor === null) return ns
    const spent = (of: keyof ProcessorTime) => end.processor![of] - start.processor![of]
    return spent('otherThreadsNs') > MOST_OF_OTHERS * spent('ranNs') ? ns : ns - spent('waitedNs')
  }
}

/** Helpers of V8's garbage collection and compilers run for less. */
const MOST_OF_OTHERS = 0.5
/** Longest that both readings take together where this thread is not made to wait between them, ms. */
const UNDISTURBED_MS = 0.1
const MOST_READINGS = 5

/** Both clocks at the same moment. A system call is where a thread whose time is up has to wait: then they are read again. */
function readTogether(): { ns: number; processor: ProcessorTime | null } {
  for (let reading = 1; ; reading++) {
    const ms = now()
    const processor = processorTime()
    if (now() - ms < UNDISTURBED_MS || reading === MOST_READINGS) return { ns: ms * 1e6, processor }
  }
}

function open(): number | null {
  try {
    const opened = openSync(source, 'r')
    // A system that keeps no statistics shows zeros: this thread has run for a while.
    if (readSync(opened, buffer, 0, buffer.length, 0) > 0 && !buffer.toString('latin1').startsWith('0 ')) return opened
    closeSync(opened)
  } catch {
    // Another system.
  }
  return null
}
