import { median } from '../statistics/median.ts'
import { sorted } from '../statistics/sorted.ts'
import { becameFaster } from './became-faster.ts'
import { clockFacts, now } from './clock.ts'
import { interleavedOrder } from './interleaved-order.ts'
import { type OverheadWatch, watchOverhead } from './overhead-watch.ts'
import { exposedShare, type LoopOverheads, loopOverheads } from './rounds.ts'
import { SampleRecorder } from './sample-recorder.ts'
import type { RunOptions } from './settings.ts'
import { inPhase, needsSingleCalls, runHook, runRound, type Subject } from './subject.ts'
import { warmUp, YIELD_EVERY_MS, yieldToEventLoop } from './warm-up.ts'

/** Shorter rounds drown in the clock's jitter (VERDICT.md rule 3). */
export const SHORTEST_ROUND_NS = 20_000
/** A round lasts at least so many steps of the clock, so that one step more or less is below 2 % of it. */
export const CLOCK_STEPS_PER_ROUND = 50
/** What rounds of fast functions aim at, ns: well within the 250 µs of rule 3, and 200 fit between two bursts of GC. */
const ROUND_NS = 100_000
/** A long round sees its share of garbage collection (VERDICT.md rule 3). */
export const LONG_ROUND_MS = 20
/** Long rounds per benchmark: two cycles A B B A. */
const LONG_ROUNDS = 4
/** Below this time per call the engine's own overhead is measured beside the function itself, ns. */
const MEASURE_OVERHEAD_BELOW_NS = 1_000

/** Half-width of the median's 95 % interval at which an adaptive benchmark may stop. */
const PRECISE_WITHIN = 0.005
/** Rounds of a function too slow for more within its time. */
const LEAST_ROUNDS = 3
/** … unless even those take this many times the budget. */
const OVERTIME = 10
/** So many times a measurement starts anew; a function that goes on getting faster is warned of. */
const MOST_RESTARTS = 2

export interface EngineContext {
  run: RunOptions
  /** Of the order in which benchmarks take turns. */
  seed: number
  aborted: () => boolean
  /** Whether one benchmark's failure ends the others, tinybench's `throws`. */
  failFast: boolean
  /** Further passes over the same function (memory, profile) before its hooks end; they are not timed. */
  after: (subject: Subject) => Promise<void>
}

/**
 * Measures benchmarks together: each is warmed up, then they take turns round by round, A B B A. A benchmark that fails
 * keeps its error in `error` and leaves the rotation.
 */
export async function measureLatency(subjects: readonly Subject[], context: EngineContext): Promise<void> {
  for (const subject of subjects) {
    const start = now()
    await guarded(subject, context, async () => {
      if (subject.budget.warmupCalls > 0 || subject.budget.warmupMs > 0) {
        await inPhase(subject, 'warmup', context.run, () => warmUp(subject, context.aborted))
      } else {
        await warmUp(subject, context.aborted)
      }
    })
    subject.tookMs += now() - start
  }
  const loops = await loopOverheads()
  const overhead = watchOverhead(loops)
  const opened: Subject[] = []
  for (const subject of subjects.filter(({ error }) => error === undefined)) {
    opened.push(subject)
    await guarded(subject, context, async () => {
      await context.run.setup?.(subject.task, 'run')
      await runHook(subject, 'beforeAll', 'run')
      calibrate(subject, loops)
    })
  }
  await takeTurns(subjects, overhead, context)
  for (let restarts = 0; restarts < MOST_RESTARTS && !context.aborted() && mayStartAnew(subjects); restarts++) {
    for (const subject of subjects) await guarded(subject, context, async () => countAsWarmUp(subject, loops))
    await takeTurns(subjects, overhead, context)
  }
  for (const subject of opened) {
    const start = now()
    await guarded(subject, context, async () => {
      if (subject.error === undefined && !context.aborted()) {
        await context.after(subject)
        await runHook(subject, 'afterAll', 'run')
      }
    })
    await guarded(subject, context, async () => context.run.teardown?.(subject.task, 'run'))
    subject.tookMs += now() - start
  }
}

/** Whether one was still getting faster, and none has a bound of its own that measuring anew would break. */
function mayStartAnew(subjects: readonly Subject[]): boolean {
  const bound = subjects.some(({ budget }) => budget.exactIterations || budget.exactTime)
  return (
    !bound &&
    subjects.some(
      ({ error, belowResolution, recorder }) =>
        error === undefined && belowResolution === 0 && becameFaster(recorder.samples()),
    )
  )
}

/** What was measured so far warmed the function up; it is measured anew, at the speed it has now. */
function countAsWarmUp(subject: Subject, loops: LoopOverheads): void {
  if (subject.error !== undefined) return
  const samples = subject.recorder.samples()
  const callNs = median(samples.slice(-Math.max(1, Math.floor(samples.length / 4)))) + subject.callOverheadNs
  subject.warmUp = { ...subject.warmUp, calls: subject.warmUp.calls + subject.iterations, ms: subject.tookMs, callNs }
  subject.iterations = 0
  subject.belowResolution = 0
  subject.long = { calls: 0, ns: 0 }
  calibrate(subject, loops)
}

async function guarded(subject: Subject, { failFast }: EngineContext, body: () => Promise<unknown>): Promise<void> {
  try {
    await body()
  } catch (error) {
    // The first failure is the cause; a teardown that fails after it is not.
    subject.error ??= error ?? new Error(`Benchmark "${subject.name}" threw ${String(error)}`)
    if (failFast) throw error
  }
}

/** Decides how many calls make a round, and what to subtract from each. */
function calibrate(subject: Subject, loops: LoopOverheads): void {
  const clock = clockFacts()
  const { callNs } = subject.warmUp
  const shortest = Math.max(SHORTEST_ROUND_NS, CLOCK_STEPS_PER_ROUND * clock.stepNs)
  const single = needsSingleCalls(subject) || callNs >= shortest
  subject.batchSize = single ? 1 : Math.ceil(Math.max(shortest, ROUND_NS) / callNs)
  subject.recorder = new SampleRecorder(subject.batchSize === 1)
  const loop = subject.async ? loops.async : loops.sync
  const share = !single && !subject.async && callNs < MEASURE_OVERHEAD_BELOW_NS
  subject.exposed = subject.overrides ? 0 : share ? exposedShare(subject.fn, subject.batchSize) : 1
  setEmpty(subject, loop.perCallNs)
  subject.resolutionNs = Math.max(loop.spreadNs, clock.stepNs / subject.batchSize)
}

function setEmpty(subject: Subject, emptyNs: number): void {
  subject.emptyNs = emptyNs
  subject.callOverheadNs = subject.exposed * emptyNs
}

async function takeTurns(subjects: readonly Subject[], overhead: OverheadWatch, context: EngineContext): Promise<void> {
  const active = () => subjects.filter((subject) => subject.error === undefined)
  const together = active()
  if (together.length === 0) return
  const roundMs = (subject: Subject) => (subject.batchSize * subject.warmUp.callNs) / 1e6
  // Benchmarks of very different speed get turns of like length, else the fast one would be measured in a few rounds only.
  const slowest = Math.max(...together.map(roundMs))
  const alone = together.length === 1
  const turnMs = alone ? LONG_ROUND_MS : Math.min(slowest, LONG_ROUND_MS)
  // Where short turns take place, long ones follow: the budget is for both.
  const longPhase = turnMs < LONG_ROUND_MS && together.some(({ budget }) => !budget.exactIterations)
  const shareOfShort = longPhase ? 0.6 : 1
  let lastYield = now()
  const takeTurn = async (subject: Subject, ms: number, long: boolean) => {
    const turnStart = now()
    const exact = subject.budget.exactIterations || subject.budget.exactTime
    await guarded(subject, context, async () => {
      do {
        if (subject.batchSize > 1) {
          const look = overhead.look(subject.async)
          if (look) await look
          setEmpty(subject, overhead.perCallNs(subject.async))
        }
        const elapsed = runRound(subject, subject.batchSize, 'run')
        const elapsedNs = typeof elapsed === 'number' ? elapsed : await elapsed
        if (context.aborted()) return
        recordRound(subject, elapsedNs, long)
      } while (now() - turnStart < ms && !context.aborted() && !(exact && !longPhase && isDone(subject)))
    })
    subject.tookMs += now() - turnStart
    if (now() - lastYield >= YIELD_EVERY_MS) {
      await yieldToEventLoop()
      lastYield = now()
    }
  }
  const checks = new Map(together.map((subject) => [subject, stopRule(subject, shareOfShort)]))
  const isDone = (subject: Subject) => subject.error !== undefined || checks.get(subject)!()
  let turns = 0
  for (const index of interleavedOrder(together.length, context.seed)) {
    // All go on until the last is precise enough, so that each has seen the same of the machine. Asked between cycles.
    if (turns++ % (alone ? 1 : 2 * together.length) === 0 && (context.aborted() || together.every(isDone))) break
    const subject = together[index]!
    if (subject.error === undefined && !(subject.budget.exactIterations && isDone(subject))) {
      await takeTurn(subject, turnMs, !longPhase)
    }
  }
  if (!longPhase) return
  turns = 0
  const longRounds = Math.max(LONG_ROUNDS, ...active().map(longRoundsWanted))
  for (const index of interleavedOrder(together.length, context.seed + 1)) {
    if (turns++ >= longRounds * together.length || context.aborted()) break
    const subject = together[index]!
    if (subject.error === undefined && !subject.budget.exactIterations) {
      await takeTurn(subject, LONG_ROUND_MS, true)
    }
  }
}

/** A user's own time is spent in full; the rest of it is for long rounds. */
function longRoundsWanted({ budget }: Subject): number {
  return budget.exactTime ? Math.ceil((budget.timeMs * 0.4) / LONG_ROUND_MS) : LONG_ROUNDS
}

/** Takes the overheads off and keeps the time per call, ns. */
function recordRound(subject: Subject, elapsedNs: number, long: boolean): void {
  const { batchSize, callOverheadNs, overrides } = subject
  const netNs = overrides ? elapsedNs : (elapsedNs - clockFacts().overheadNs) / batchSize - callOverheadNs
  // Nothing takes 0 ns: what is shorter than can be told is recorded as the shortest that can, and counted.
  const durationNs = Math.max(netNs, subject.resolutionNs)
  if (netNs < subject.resolutionNs) subject.belowResolution++
  subject.recorder.record(durationNs)
  subject.iterations += batchSize
  if (!long) return
  subject.long.calls += batchSize
  subject.long.ns += durationNs * batchSize
}

/** Says, asked again and again, whether a benchmark has been measured enough. */
function stopRule(subject: Subject, share: number): () => boolean {
  const { budget, recorder } = subject
  const timeMs = budget.timeMs * share
  let nextLook = Math.max(LEAST_ROUNDS, budget.iterations)
  let precise = false
  return () => {
    const spentMs = recorder.sumNs * subject.batchSize * 1e-6
    if (budget.exactIterations || budget.exactTime) {
      return (
        recorder.count >= (budget.exactIterations ? budget.iterations : 1) && (!budget.exactTime || spentMs >= timeMs)
      )
    }
    // Hooks cost time that is not in the samples: the budget holds for both.
    const wallMs = Math.max(spentMs, subject.tookMs - subject.warmUp.ms)
    if (wallMs >= timeMs) return recorder.count >= LEAST_ROUNDS || wallMs >= OVERTIME * timeMs
    if (recorder.count < budget.iterations || wallMs < LONG_ROUNDS * LONG_ROUND_MS * share) return false
    if (!precise && recorder.count >= nextLook) {
      nextLook = Math.ceil(recorder.count * 1.25)
      precise = isPrecise(recorder.samples())
    }
    return precise
  }
}

/** Order statistics n/2 ± 0.98 √n hold the median with 95 % (binomial, by its normal approximation). */
function isPrecise(samples: readonly number[]): boolean {
  const ordered = sorted(samples)
  const reach = 0.98 * Math.sqrt(ordered.length)
  const low = ordered[Math.max(0, Math.floor(ordered.length / 2 - reach))]!
  const high = ordered[Math.min(ordered.length - 1, Math.ceil(ordered.length / 2 + reach))]!
  return (high - low) / 2 <= PRECISE_WITHIN * ((low + high) / 2)
}
