import { availableParallelism } from 'node:os'
import type { Warning } from '../run/measurement.ts'
import { mValue } from '../statistics/m-value.ts'
import { mannKendall } from '../statistics/mann-kendall.ts'
import { median } from '../statistics/median.ts'
import { quantileOfSorted } from '../statistics/quantile.ts'
import { sorted } from '../statistics/sorted.ts'
import { CLOCK_STEPS_PER_ROUND } from './latency-engine.ts'
import type { OutsideLoad } from './outside-load.ts'

/** Level of the trend test: VERDICT.md rule 8. */
const TREND_P = 0.001
/**
 * The test looks at this many block medians, not at the rounds: neighbouring rounds are alike (a burst of load hits many),
 * which the test takes for a trend, the more surely the more rounds there are.
 */
const TREND_BLOCKS = 30
/** A trend that moves the level by less than this share cannot carry a verdict at the threshold of 5 %. */
const TREND_MATTERS = 0.02
/** More than one mode: VERDICT.md rule 8, where BenchmarkDotNet's scale begins. */
const MODES_M_VALUE = 2.8
/** Modes that lie closer than this share of the median cannot carry a verdict either; batches of few clock steps show such. */
const MODES_MATTER = 0.02
/** Fewer rounds say little about the spread, and nothing of a 95th percentile. */
const FEW_ROUNDS = 10
/** An empty function's cost is known to about a tenth: what adds less than that to it may well do nothing. */
const EMPTY_WITHIN = 0.1
/** Time taken by the hypervisor: 1 % is already more than the noise of a quiet machine (0.2 to 0.5 %). */
const STEAL = 0.01
/** Processors that others keep busy, as a share of all: above it they compete with the garbage collector's threads and us. */
const OTHERS_BUSY = 0.3
/** Load average per processor that others must have caused, since one benchmark keeps one processor busy. */
const LOADED = 1.2

/** What the doubts about a latency measurement are judged by; times per iteration in ns. */
export interface Evidence {
  name: string
  samplesNs: readonly number[]
  rounds: number
  batchSize: number
  clockStepNs: number
  /** What an empty function takes in the same loop. */
  emptyNs: number
  resolutionNs: number
  /** What was subtracted from each call. */
  callOverheadNs: number
  /** Rounds that took no longer than the engine itself. */
  belowResolution: number
  /** Whether the function times itself. */
  overrides: boolean
  warmUp: { steady: boolean; ms: number }
  iterationsWanted: number
}

/** The doubts about the rounds themselves; each says what to do. */
export function doubtsOf(evidence: Evidence): Warning[] {
  const { name, samplesNs, rounds, batchSize, clockStepNs, resolutionNs } = evidence
  const warnings: Warning[] = []
  const warn = (code: string, text: string) => warnings.push({ code, text: `"${name}" ${text}` })
  if (!evidence.warmUp.steady) {
    warn(
      'not-steady',
      `was still changing its speed after ${Math.round(evidence.warmUp.ms)} ms of warm-up: raise \`warmupTime\``,
    )
  }
  if (samplesNs.length === 0) return warnings
  if (rounds < Math.min(FEW_ROUNDS, evidence.iterationsWanted)) {
    warn(
      'few-rounds',
      `has ${rounds} of ${evidence.iterationsWanted} iterations: raise \`time\` for percentiles that mean something`,
    )
  }
  const ordered = sorted(samplesNs)
  const middle = quantileOfSorted(ordered, 0.5)
  const roundNs = (middle + evidence.callOverheadNs) * batchSize
  if (!evidence.overrides && roundNs < CLOCK_STEPS_PER_ROUND * clockStepNs) {
    warn(
      'timer-saturation',
      `is timed in rounds of ${Math.round(roundNs)} ns with a clock that steps by ${clockStepNs} ns: do more work per call, or drop \`beforeEach\` and \`afterEach\` so that calls can be timed in batches`,
    )
  }
  if (evidence.belowResolution * 2 > rounds) {
    warn(
      'below-resolution',
      `takes less than can be measured (${resolutionNs.toPrecision(2)} ns per call): the figures are an upper bound; do more work per call`,
    )
  } else if (!evidence.overrides && batchSize > 1 && middle <= evidence.emptyNs * EMPTY_WITHIN + resolutionNs) {
    warn(
      'like-empty',
      `cannot be told from an empty function: return its result, so that the compiler must compute it, or do more work per call`,
    )
  }
  const spread = (quantileOfSorted(ordered, 0.9) - quantileOfSorted(ordered, 0.1)) / middle
  if (spread > MODES_MATTER && mValue(samplesNs) > MODES_M_VALUE) {
    warn(
      'several-modes',
      `has more than one usual speed: look for caches, branches on data or a machine that changes its clock`,
    )
  }
  const drift = driftOf(samplesNs)
  if (drift !== undefined) {
    warn(
      'trend',
      `got ${drift > 0 ? 'slower' : 'faster'} by ${Math.abs(drift * 100).toFixed(0)} % while it was measured: ${drift > 0 ? 'look for state that grows from call to call' : 'raise `warmupTime`'}`,
    )
  }
  return warnings
}

/** Change of level from the first third of the rounds to the last, as a share; undefined where there is no trend. */
function driftOf(samples: readonly number[]): number | undefined {
  const blocks = Math.min(TREND_BLOCKS, samples.length)
  const medians = Array.from({ length: blocks }, (_, block) =>
    median(
      samples.slice(Math.floor((block * samples.length) / blocks), Math.floor(((block + 1) * samples.length) / blocks)),
    ),
  )
  const third = Math.floor(blocks / 3)
  if (third === 0 || mannKendall(medians).p >= TREND_P) return undefined
  const drift = median(medians.slice(-third)) / median(medians.slice(0, third)) - 1
  return Math.abs(drift) > TREND_MATTERS ? drift : undefined
}

/** The doubts about the machine, for every benchmark of a provider call alike. */
export function doubtsAboutMachine({ steal, othersBusy, loadPerProcessor }: OutsideLoad): Warning[] {
  if (steal !== undefined && steal > STEAL) {
    return [
      {
        code: 'cpu-steal',
        text: `${(steal * 100).toFixed(1)} % of the processor time went to other virtual machines: measure again later or on a dedicated machine`,
      },
    ]
  }
  if (othersBusy !== undefined) {
    if (othersBusy <= OTHERS_BUSY * availableParallelism()) return []
    return [
      {
        code: 'machine-busy',
        text: `other processes kept ${othersBusy.toFixed(1)} of ${availableParallelism()} processors busy meanwhile: close other programs`,
      },
    ]
  }
  if (loadPerProcessor <= LOADED) return []
  return [
    {
      code: 'machine-busy',
      text: `the load average is ${loadPerProcessor.toFixed(1)} per processor: close other programs`,
    },
  ]
}
