/** A call site that V8 inlines nothing at: it has seen several functions. */
type Site = (steps: number) => number

/**
 * Functions that do some work once and twice: calls of the same function, which is never inlined, so that "twice" is nothing
 * but the same call again.
 *
 * The work is atomic additions. Each waits for the one before to be complete, so their times add up. Of other work a processor
 * overlaps the end of one call with the start of the next, or predicts the branches of a short loop better in one place than in
 * another; twice that work truly takes 1.8 to 2.3 times the time, where it lasts 10 ns.
 */
export function createWork(steps: number): { once: () => number; twice: () => number } {
  return {
    once: () => site(steps),
    twice: () => {
      site(steps)
      return site(steps)
    },
  }
}

function addAtomically(steps: number): number {
  let sum = 0
  for (let step = 0; step < steps; step++) sum = Atomics.add(counter, 0, 1)
  return sum
}

const counter = new Int32Array(1)

let site: Site = addAtomically
const others: Site[] = [(steps) => steps, (steps) => -steps, (steps) => steps + 1, () => 0]
for (let round = 0; round < 5_000; round++) {
  for (const work of [...others, addAtomically]) {
    site = work
    const { once, twice } = createWork(round % 10)
    once()
    twice()
  }
}

/** How many steps of that work take about `ns` here: found by trying, in compiled code. */
export function stepsFor(ns: number): number {
  let steps = 1_000
  for (let attempt = 0; attempt < 6; attempt++) {
    const { once } = createWork(steps)
    const calls = Math.ceil(1e6 / steps)
    let took = Number.POSITIVE_INFINITY
    // The best of ten: another process may hold the processor meanwhile.
    for (let repeat = 0; repeat < 10; repeat++) {
      const start = performance.now()
      for (let call = 0; call < calls; call++) once()
      took = Math.min(took, ((performance.now() - start) * 1e6) / calls)
    }
    steps = Math.max(1, Math.round((steps * ns) / took))
  }
  return steps
}
