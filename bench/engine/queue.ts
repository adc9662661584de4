import type { OpenLoad, SteppedLoad } from '../../plugin/measure/bench-options.ts'
import { xorshift32 } from '../../plugin/measure/interleaved-order.ts'
import { arrivalTimes } from '../../plugin/measure/load/arrivals.ts'
import { runOurs } from './engines.ts'
import { figure, percent, type Row, type Section } from './section.ts'

/**
 * A system of one server whose behaviour queueing theory knows. It keeps exact time: a request waits by a timer, then spins
 * through the last milliseconds that a timer cannot tell.
 */
function createServer(serviceMs: () => number) {
  let freeAt = 0
  let total = 0
  return {
    serviceTotal: () => total,
    serve: () => {
      const service = serviceMs()
      total += service
      freeAt = Math.max(freeAt, performance.now()) + service
      const doneAt = freeAt
      const { promise, resolve } = Promise.withResolvers<void>()
      const look = () => {
        const left = doneAt - performance.now()
        if (left <= 0) resolve()
        else if (left > 2) setTimeout(look, left - 2)
        else setImmediate(look)
      }
      look()
      return promise
    },
  }
}

/**
 * Requests per second that the server can do: few enough for waits (25 and 75 ms) far above what the generator's lag and the
 * server's timers add (some 0.3 ms, on a busy machine more).
 */
const CAPACITY = 40
/** Runs of each load with arrivals and services of their own: how far they differ tells how sure the figure is. */
const RUNS = 3
const SECONDS = 20
/** Requests that stand for the long run: their mean wait is within 0.4 % (load 0.5) and 0.7 % (0.75) of the formula's. */
const LONG_RUN = 2e6
/** Time of the load that is shown beside the figures, ms. */
const SHOWN_MS = 5_000

/** Mean wait of M/M/1 (Erlang-C with one server), ms. */
function erlangWaitMs(load: number): number {
  return (load / (CAPACITY * (1 - load))) * 1000
}

/** Mean wait of the very requests that were sent, by Lindley's recursion, ms: what an exact clock would have seen. */
function lindleyWaitMs(dueMs: Float64Array, service: () => number): number {
  let freeAt = 0
  let waits = 0
  for (const due of dueMs) {
    const start = Math.max(due, freeAt)
    waits += start - due
    freeAt = start + service()
  }
  return waits / dueMs.length
}

const exponential = (seed: number) => {
  const random = xorshift32(seed)
  return () => (-Math.log(1 - random()) * 1000) / CAPACITY
}

/**
 * Mean wait against Erlang-C, with a control variate. The waits of neighbouring requests are alike, so that the mean of a minute
 * (1,200 to 1,800 requests) differs from the formula's by chance: by 15 % at load 0.5 and 22 % at 0.75 (one standard error,
 * √29 / √n and √84 / √n of the mean, from the asymptotic variance of M/M/1). Measured is therefore compared with the exact wait of
 * the same arrivals and services, and these, continued to two million, with the formula: what chance is left is that of the long run.
 */
async function meanWait(load: number): Promise<Row> {
  const rate = load * CAPACITY
  const waits = { measured: 0, exact: 0 }
  const ratios: number[] = []
  const lags: number[] = []
  let requests = 0
  for (let run = 1; run <= RUNS; run++) {
    const server = createServer(exponential(10 + run))
    const options: OpenLoad = { rate, duration: SECONDS * 1000, seed: run }
    const { measurements } = await runOurs([
      // Warm-up would draw service times of its own.
      { name: 'M/M/1', fn: server.serve, options: { load: options, warmupIterations: 0 } },
    ])
    const { metrics, load: sent } = measurements[0]!
    const mean = metrics.duration_mean!
    const meanMs = mean.kind === 'quantity' ? mean.value / 1e6 : Number.NaN
    const measured = meanMs - server.serviceTotal() / sent!.requests
    const due = arrivalTimes([{ rate, durationMs: options.duration }], 1, run)
    const exact = lindleyWaitMs(due, exponential(10 + run))
    waits.measured += measured * sent!.requests
    waits.exact += exact * sent!.requests
    ratios.push(measured / exact)
    lags.push(sent!.scheduleLag!.p99Ms)
    requests += sent!.requests
  }
  const long = arrivalTimes([{ rate, durationMs: (LONG_RUN / rate) * 1000 }], 1, 1)
  const generator = lindleyWaitMs(long, exponential(11)) / erlangWaitMs(load)
  const corrected = (waits.measured / waits.exact) * generator
  return {
    key: `engine_mean_wait_${load}`,
    title: `mean wait, M/M/1 at load ${load}, ${requests} requests`,
    figures: { deviation: figure('Deviation from Erlang-C', Math.abs(corrected - 1)) },
    details:
      `${percent(corrected - 1)}: measured against exact ${percent(waits.measured / waits.exact - 1)} (${RUNS} runs from ` +
      `${percent(Math.min(...ratios) - 1)} to ${percent(Math.max(...ratios) - 1)}; ${((waits.measured - waits.exact) / requests).toFixed(2)} of ` +
      `${(waits.exact / requests).toFixed(1)} ms), exact in the long run against Erlang-C ${percent(generator - 1)}; lag p99 ${Math.max(...lags).toFixed(2)} ms`,
    subject: {
      fn: createServer(exponential(11)).serve,
      options: { load: { rate, duration: SHOWN_MS, seed: 1 }, warmupIterations: 0 },
    },
  }
}

const OVERLOAD: SteppedLoad = { steps: [20, 120, 20], duration: 6000, arrivals: 'constant' }

/** Overload of 120/s for 6 s on a capacity of 80/s, then 20/s: by the fluid model 240 wait, gone after 240 / (80 − 20) s. */
async function recovery(): Promise<Row> {
  const server = createServer(() => 1000 / 80)
  const { measurements } = await runOurs([
    { name: 'overload', fn: server.serve, options: { load: OVERLOAD, warmupIterations: 0 } },
  ])
  const { load, metrics } = measurements[0]!
  const expectedMs = ((120 - 80) * 6 * 1000) / (80 - 20)
  const recovered = load!.recoveryMs ?? Number.NaN
  const peak = metrics.duration_max!
  const peakMs = peak.kind === 'quantity' ? peak.value / 1e6 : Number.NaN
  const expectedPeakMs = ((120 - 80) * 6 * 1000) / 80
  return {
    key: 'engine_recovery',
    title: 'recovery from overload',
    figures: {
      deviation: figure('Deviation from the Fluid Model', Math.abs(recovered / expectedMs - 1)),
      saturation_error: figure('Level of Saturation off', Math.abs((load!.saturation?.at ?? 0) / 120 - 1)),
    },
    details:
      `${percent(recovered / expectedMs - 1)}: ${recovered.toFixed(0)} against ${expectedMs.toFixed(0)} ms; ` +
      `peak latency ${peakMs.toFixed(0)} against ${expectedPeakMs.toFixed(0)} ms; saturation found at ${load!.saturation?.at}/s`,
    subject: { fn: createServer(() => 1000 / 80).serve, options: { load: OVERLOAD, warmupIterations: 0 } },
  }
}

/** The open model against queueing theory. */
export const queue: Section = async (report) => {
  await report(await meanWait(0.5))
  await report(await meanWait(0.75))
  await report(await recovery())
}
