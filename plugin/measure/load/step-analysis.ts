import type { LoadResult, LoadStep } from '../../run/measurement.ts'
import { median } from '../../statistics/median.ts'
import { quantileOfSorted } from '../../statistics/quantile.ts'
import { slopeTest } from '../../statistics/slope-test.ts'
import { sorted } from '../../statistics/sorted.ts'
import type { LoadTargets } from '../bench-options.ts'
import { outcomes, type Schedule } from './open-load.ts'

/** Share of failures above which a step counts as broken, unless the user says: the suite's own target is >99 % success. */
const DEFAULT_ERROR_RATE = 0.01

/** Summary of one level of load. */
export function summariseStep(
  level: number,
  latenciesMs: readonly number[],
  counts: { requests: number; failed: number; completed: number; durationMs: number },
): LoadStep {
  const ordered = sorted(latenciesMs)
  // A step in which nothing succeeded has no latency; 0 stands for "none", as `failed` then equals `requests`.
  const quantile = (share: number) => (ordered.length > 0 ? quantileOfSorted(ordered, share) : 0)
  return {
    level,
    requests: counts.requests,
    failed: counts.failed,
    p50Ms: quantile(0.5),
    p95Ms: quantile(0.95),
    p99Ms: quantile(0.99),
    throughputPerSecond: (counts.completed / counts.durationMs) * 1000,
  }
}

/** The steps of an open load, from what became of each request. Dropped requests count as failed. */
export function summariseOpenSteps(schedule: Schedule, levels: readonly number[], stepMs: number): LoadStep[] {
  return levels.map((level, step) => {
    const [from, to] = stepRange(schedule, step, stepMs)
    const latencies: number[] = []
    let failed = 0
    for (let index = from; index < to; index++) {
      if (schedule.outcome[index] === outcomes.succeeded) latencies.push(schedule.latencyMs[index]!)
      else if (schedule.outcome[index] !== outcomes.pending) failed++
    }
    const completed = completedWithin(schedule, step * stepMs, (step + 1) * stepMs)
    return summariseStep(level, latencies, { requests: to - from, failed, completed, durationMs: stepMs })
  })
}

function completedWithin({ dueMs, latencyMs, outcome }: Schedule, fromMs: number, toMs: number): number {
  let completed = 0
  for (let index = 0; index < dueMs.length && dueMs[index]! < toMs; index++) {
    const at = dueMs[index]! + latencyMs[index]!
    if (outcome[index] === outcomes.succeeded && at >= fromMs && at < toMs) completed++
  }
  return completed
}

/** First level whose 95th percentile or share of failures misses its target; null when all meet them. */
export function findBreakingPoint(steps: readonly LoadStep[], targets: LoadTargets): number | null {
  const { latencyMs = Number.POSITIVE_INFINITY, errorRate = DEFAULT_ERROR_RATE } = targets
  const broken = steps.find(({ p95Ms, failed, requests }) => p95Ms > latencyMs || failed > errorRate * requests)
  return broken?.level ?? null
}

/** Parts of a step whose means the slope test looks at: neighbouring requests wait in the same queue, so single ones won't do. */
const BLOCKS = 20
/** The first part of a step only shows the change of level. */
const SETTLING_BLOCKS = 4
/** Level of the slope test; with two tests that must both rise, false alarms are rarer still. */
const SLOPE_P = 0.01
/** A queue that grows by less than this share of its mean over a step is not filling up. */
const GROWTH_MATTERS = 0.5

/**
 * First level at which requests in flight and latency both keep rising while the level stays the same: more comes in than
 * gets done. "By first error" would come far too late, where queues are long.
 */
export function findOpenSaturation(
  schedule: Schedule,
  levels: readonly number[],
  stepMs: number,
): NonNullable<LoadResult['saturation']> {
  const at = levels.find((_, step) => isSaturated(schedule, step, stepMs)) ?? null
  return { at, method: `slope of requests in flight and of latency within a level, one-sided p < ${SLOPE_P} each` }
}

function isSaturated(schedule: Schedule, step: number, stepMs: number): boolean {
  const [from, to] = stepRange(schedule, step, stepMs)
  const blocks = Array.from({ length: BLOCKS }, () => ({ count: 0, inFlight: 0, latency: 0 }))
  for (let index = from; index < to; index++) {
    if (schedule.outcome[index] !== outcomes.succeeded) continue
    const block =
      blocks[Math.min(BLOCKS - 1, Math.floor(((schedule.dueMs[index]! - step * stepMs) / stepMs) * BLOCKS))]!
    block.count++
    block.inFlight += schedule.inFlight[index]!
    block.latency += schedule.latencyMs[index]!
  }
  const settled = blocks.map((block, index) => ({ ...block, index })).slice(SETTLING_BLOCKS)
  const filled = settled.filter(({ count }) => count > 0)
  const rises = (value: (block: (typeof filled)[number]) => number) => {
    const y = filled.map((block) => value(block) / block.count)
    const { slope, p } = slopeTest(
      filled.map(({ index }) => index),
      y,
    )
    const growth = slope * (BLOCKS - SETTLING_BLOCKS)
    return p < SLOPE_P && growth > GROWTH_MATTERS * (y.reduce((sum, each) => sum + each, 0) / y.length)
  }
  return rises(({ inFlight }) => inFlight) && rises(({ latency }) => latency)
}

/** A closed level is saturated when going there from the last one brought less than this share of the added slots' throughput. */
const SCALING_MATTERS = 0.1

/** First level at which more requests at once no longer bring more throughput. */
export function findClosedSaturation(steps: readonly LoadStep[]): NonNullable<LoadResult['saturation']> {
  const saturated = steps.find((step, index) => {
    const last = steps[index - 1]
    if (!last || step.level <= last.level || last.throughputPerSecond === 0) return false
    const gained = step.throughputPerSecond / last.throughputPerSecond - 1
    return gained < SCALING_MATTERS * (step.level / last.level - 1)
  })
  return {
    at: saturated?.level ?? null,
    method: `throughput gained per slot added, below ${SCALING_MATTERS * 100} % of proportional`,
  }
}

/** Requests whose median decides whether the latency is back to normal. */
const RECOVERY_WINDOW = 20
/** Back to normal is within 10 % of the calm level. */
const RECOVERED_WITHIN = 1.1

/**
 * Time from the end of the highest level until latency is back to what it was before (the median of 20 requests within 10 %
 * of the first level's; where the first is the highest, at or below the latency target), ms. After a last level that is the highest, recovery is the time
 * until nothing is left in flight. Null when it did not recover, or when there is no lower level to compare with.
 */
export function findRecovery(
  schedule: Schedule,
  steps: readonly LoadStep[],
  stepMs: number,
  targets: LoadTargets,
  lastSettledMs: number,
): number | null {
  const peak = steps.reduce((highest, step, index) => (step.level > steps[highest]!.level ? index : highest), 0)
  const endMs = (peak + 1) * stepMs
  if (steps.length < 2) return null
  if (peak === steps.length - 1) return Math.max(0, lastSettledMs - endMs)
  const normalMs = peak > 0 ? RECOVERED_WITHIN * steps[0]!.p50Ms : targets.latencyMs
  if (normalMs === undefined) return null
  const { dueMs, latencyMs, outcome } = schedule
  const after: { dueMs: number; latencyMs: number }[] = []
  for (let index = firstDueAt(dueMs, endMs); index < dueMs.length; index++) {
    const failed = outcome[index] !== outcomes.succeeded
    after.push({ dueMs: dueMs[index]!, latencyMs: failed ? Number.POSITIVE_INFINITY : latencyMs[index]! })
  }
  for (let index = 0; index + RECOVERY_WINDOW <= after.length; index++) {
    const window = after.slice(index, index + RECOVERY_WINDOW)
    // The median of a falling series lies in its middle.
    if (median(window.map((request) => request.latencyMs)) <= normalMs) {
      return index === 0 ? 0 : window[RECOVERY_WINDOW / 2]!.dueMs - endMs
    }
  }
  return null
}

/** Indices [from, to) of the requests due in a step. */
function stepRange({ dueMs }: Schedule, step: number, stepMs: number): [from: number, to: number] {
  return [firstDueAt(dueMs, step * stepMs), firstDueAt(dueMs, (step + 1) * stepMs)]
}

/** First index with a due instant at or after `atMs`, by bisection. */
function firstDueAt(dueMs: Float64Array, atMs: number): number {
  let low = 0
  let high = dueMs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (dueMs[middle]! < atMs) low = middle + 1
    else high = middle
  }
  return low
}
