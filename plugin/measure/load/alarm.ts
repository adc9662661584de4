import { Worker } from 'node:worker_threads'
import { now } from '../clock.ts'

/** Rings at instants fixed in advance. */
export interface Alarm {
  /** The clock's reading (`now()`) that the instants count from. */
  startedAt: number
  stop: () => void
}

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
for (let index = 0; index < times.length; ) {
  const wait = times[index] - elapsed()
  if (wait > 0) Atomics.wait(cell, 0, 0, wait)
  const late = elapsed()
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
  const start = process.hrtime.bigint() + BigInt(HEAD_START_MS * 1e6)
  const startedAt = now() + HEAD_START_MS
  const worker = new Worker(sleeper, { eval: true, workerData: { times, start }, execArgv: [], name: 'arrivals' })
  worker.on('message', ring)
  worker.on('error', failed)
  return { startedAt, stop: () => void worker.terminate() }
}
