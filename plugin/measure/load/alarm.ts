import { Worker } from 'node:worker_threads'
import { now } from '../clock.ts'

/** Rings at instants fixed in advance. */
export interface Alarm {
  /** The clock's reading (`now()`) that the instants count from. */
  startedAt: number
  stop: () => void
}

/** Where so many instants in a row lie within 2 ms (4,000 a second), … */
const CROWD = 8
const CROWD_WITHIN_MS = 2
/**
 * … the thread rings for several together, so far apart: a sleep takes 0.1 ms at the least, and falling asleep and waking two
 * threads costs 25 µs of processor time each on a virtual machine, more than all the rest of a request.
 */
const CROWDED_RINGS_APART_MS = 0.25

/**
 * A thread that sleeps on a futex: it wakes within about 0.1 ms, where a timer of this thread knows whole milliseconds only
 * and spinning with `setImmediate` would burn the processor that is to be measured. Written as text, so that it runs from
 * TypeScript sources and from the built package alike.
 */
const sleeper = `
const { parentPort, workerData } = require('node:worker_threads')
const { times, start } = workerData
const cell = new Int32Array(new SharedArrayBuffer(4))
const elapsed = () => Number(process.hrtime.bigint() - start) / 1e6
let rungAt = 0
for (let index = 0; index < times.length; ) {
  const crowded = times[index + ${CROWD}] - times[index] < ${CROWD_WITHIN_MS}
  const wakeAt = crowded ? Math.max(times[index], rungAt + ${CROWDED_RINGS_APART_MS}) : times[index]
  const wait = wakeAt - elapsed()
  if (wait > 0) Atomics.wait(cell, 0, 0, wait)
  const late = elapsed()
  rungAt = late
  const first = index
  while (index < times.length && times[index] <= late) index++
  if (index > first) parentPort.postMessage(index)
}
`

/** Time for the thread to start, ms; it takes 15 to 40. */
const HEAD_START_MS = 100

/**
 * Calls `ring(count)` whenever further of `times` (ms, rising) have come, `count` of them in all so far.
 * @param failed called when the thread dies.
 */
export function setAlarm(times: Float64Array, ring: (count: number) => void, failed: (error: unknown) => void): Alarm {
  // The two threads' `performance.now()` differ; the system's monotonic clock is the same for both.
  const before = now()
  const start = process.hrtime.bigint() + BigInt(HEAD_START_MS * 1e6)
  const startedAt = (before + now()) / 2 + HEAD_START_MS
  const worker = new Worker(sleeper, { eval: true, workerData: { times, start }, execArgv: [], name: 'arrivals' })
  worker.on('message', ring)
  worker.on('error', failed)
  return { startedAt, stop: () => void worker.terminate() }
}
