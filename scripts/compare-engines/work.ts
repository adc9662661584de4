/**
 * A function that does some work `times` times: a checksum over a table that stays in the cache. All functions made here
 * share one code, so that V8 compiles "once" and "twice" alike, and the work is a call that is never inlined (its site has
 * seen several functions), so that "twice" is nothing but the same call again. The work keeps the processor's units busy
 * rather than waiting for one another: of a chain of dependent steps a processor overlaps the end of one call with the start
 * of the next, and then twice the work truly takes more than twice the time.
 */
export function repeatedWork(times: number, steps: number): () => number {
  return () => repeat(checksum, times, steps)
}

function repeat(work: (steps: number) => number, times: number, steps: number): number {
  let sum = 0
  for (let time = 0; time < times; time++) sum = (sum + work(steps)) | 0
  return sum
}

function checksum(steps: number): number {
  let sum = 0
  for (let step = 0; step < steps; step++) sum = (sum + table[step & 1023]! * 31) | 0
  return sum
}

const table = Int32Array.from({ length: 1024 }, (_, index) => (index * 2654435761) | 0)

const others: ((steps: number) => number)[] = [(steps) => steps, (steps) => -steps, (steps) => steps + 1, () => 0]
for (let round = 0; round < 20_000; round++) for (const other of others) repeat(other, 1, round)

/** How many steps of that work take about `ns` here: found by trying, in compiled code. */
export function stepsFor(ns: number): number {
  let steps = 1_000
  for (let attempt = 0; attempt < 6; attempt++) {
    const work = repeatedWork(1, steps)
    const calls = Math.ceil(3e6 / steps)
    const start = performance.now()
    for (let call = 0; call < calls; call++) work()
    const took = ((performance.now() - start) * 1e6) / calls
    steps = Math.max(1, Math.round((steps * ns) / took))
  }
  return steps
}
