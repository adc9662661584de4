/**
 * The clock of every measurement, in milliseconds with nanoseconds behind the point. Bound when the module loads, so that
 * a test's fake timers cannot stop it.
 */
export const now: () => number = performance.now.bind(performance)

/** What reading the clock costs and how finely it tells time, both in ns. */
export interface ClockFacts {
  /** Smallest difference between two readings that was not 0. */
  stepNs: number
  /** What two readings add to the time between them. */
  overheadNs: number
}

/** Readings needed for a stable median … */
const READINGS = 2048
/** … and to have them from compiled code; about 2 ms in all. */
const PASSES = 16

let facts: ClockFacts | undefined

/** Measures the clock, once per process. */
export function clockFacts(): ClockFacts {
  facts ??= measureClock()
  return facts
}

function measureClock(): ClockFacts {
  const clock = now
  const differences = new Float64Array(READINGS)
  // The first passes only let the loop be compiled.
  for (let pass = 0; pass < PASSES; pass++) {
    for (let index = 0; index < READINGS; index++) {
      const start = clock()
      differences[index] = (clock() - start) * 1e6
    }
  }
  differences.sort()
  const step = differences.find((difference) => difference > 0) ?? 1
  // Rounding of the doubles makes 39.99999 of 40: whole nanoseconds are as fine as any clock of Node's.
  return { stepNs: Math.max(1, Math.round(step)), overheadNs: Math.max(0, differences[READINGS / 2] ?? 0) }
}
