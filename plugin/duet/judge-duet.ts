import type { AnsweredBenchmark, AnsweredMetric, CompareAnswer } from '../compare/answer.ts'
import { pairedLooks } from '../judge/alpha.ts'
import { comparePaired, type PairedJudgement } from '../judge/paired.ts'
import { logThreshold } from '../judge/policy.ts'
import type { MetricComparison } from '../judge/report.ts'
import type { SeverityLimits } from '../judge/severity.ts'
import { worstVerdict } from '../judge/verdict.ts'
import type { Warning } from '../run/measurement.ts'
import type { Direction } from '../run/metric.ts'
import { intervalOf } from '../statistics/estimate.ts'
import { median } from '../statistics/median.ts'
import { type Lane, withCollections } from './lane.ts'
import type { Observation, SessionResult } from './open-duet.ts'

export interface DuetPolicy {
  /** Practical threshold, per cent. */
  threshold: number
  /** Whether a benchmark's own threshold goes before. */
  ownThresholds: boolean
  severity: SeverityLimits
  /** Whether the mean over long rounds must be decided too, where a steadier figure with collections in it is. */
  meanCertifies: boolean
  /** Sessions after which it is over, one of the looks. */
  most: number
}

export interface DuetJudgement {
  answer: CompareAnswer
  /** Benchmarks that need more sessions. */
  undecided: Set<string>
  /** Sessions to have before the next look; null when every benchmark is decided or the last look is taken. */
  continueTo: number | null
  control: Control
}

/** What the same judge says of the base against itself: the false-alarm level of these very sessions. */
export interface Control {
  /** Figures of which there is a second base. */
  figures: number
  /** … that were called slower or faster than themselves. */
  changed: number
}

/** Judges what sessions of two versions have shown so far; asked after every look (VERDICT.md rule 7). */
export function judgeDuet(
  sessions: readonly SessionResult[],
  filesOnlyInBase: readonly string[],
  policy: DuetPolicy,
): DuetJudgement {
  const observations = new Map<string, Observation[]>()
  for (const observation of sessions.flatMap((session) => session.observations)) {
    const known = observations.get(observation.key)
    if (known === undefined) observations.set(observation.key, [observation])
    else known.push(observation)
  }
  const baseErrors = sessions.flatMap(({ baseFailures }) => baseFailures)
  const gates: CompareAnswer['verdict'][] = []
  const undecided = new Map<string, number>()
  const control: Control = { figures: 0, changed: 0 }
  const benchmarks = [...observations].map(([key, ofKey]): AnsweredBenchmark => {
    const judge = (some: readonly Observation[]) => judgeBenchmark(key, some, baseErrors, policy)
    const { benchmark, verdicts, continueTo, controls } = atDecidingLook(ofKey, judge)
    gates.push(...verdicts)
    control.figures += controls.length
    control.changed += controls.filter((verdict) => verdict === 'regressed' || verdict === 'improved').length
    if (continueTo !== null && continueTo <= policy.most) undecided.set(key, continueTo)
    return benchmark
  })
  const removed = new Set([...sessions.flatMap((session) => session.removed.map(({ key }) => key)), ...filesOnlyInBase])
  return {
    answer: {
      version: 1,
      verdict: worstVerdict(gates),
      benchmarks: [
        ...benchmarks,
        ...[...removed].map((name): AnsweredBenchmark => ({ name, status: 'removed', metrics: {} })),
      ],
    },
    undecided: new Set(undecided.keys()),
    continueTo: undecided.size === 0 ? null : Math.min(...undecided.values()),
    control,
  }
}

/**
 * The judgement of the first look that decides, whatever came later: what is decided is measured on where another benchmark of its
 * test is not.
 */
function atDecidingLook<T extends { continueTo: number | null }>(
  observations: readonly Observation[],
  judge: (some: readonly Observation[]) => T,
): T {
  for (const look of pairedLooks) {
    if (look >= observations.length) break
    const judged = judge(observations.slice(0, look))
    if (judged.continueTo === null) return judged
  }
  return judge(observations)
}

function judgeBenchmark(
  key: string,
  observations: readonly Observation[],
  baseErrors: readonly { file: string; test: string | null; error: string }[],
  { threshold, ownThresholds, severity, meanCertifies }: DuetPolicy,
) {
  const last = observations.at(-1)!
  const own = ownThresholds ? last.record.threshold : undefined
  const metrics: Record<string, AnsweredMetric> = {}
  const verdicts: CompareAnswer['verdict'][] = []
  const controls: CompareAnswer['verdict'][] = []
  let continueTo: number | null = null
  let compared = false
  // Where collections come so often that some sessions cannot tell them from calls, the mean has to do.
  const hasSteadier = observations.every(({ record }) => withCollections in record.figures)
  for (const [name, { title, unit, direction, gate }] of Object.entries(last.record.figures)) {
    if (name === withCollections && !hasSteadier) continue
    const figures = observations.flatMap(({ record }) => record.figures[name] ?? [])
    const paired = figures.filter(({ values }) => values.head !== undefined && values.base !== undefined)
    if (paired.length === 0) {
      const values = figures.flatMap((figure) => figure.values.head ?? [])
      metrics[name] = alone({ unit, direction }, values, reasonFor(last, baseErrors))
      continue
    }
    compared = true
    const of = (lane: Lane) => paired.map(({ values }) => values[lane]!)
    const third = paired.every(({ values }) => values.null !== undefined)
    const described = { title, unit, direction, gate, base: of('base') }
    const limits = { threshold: own ?? threshold, severity }
    const { comparison, judgement } = comparePaired(
      { ...described, head: of('head'), ...(third && { nullArm: of('null') }) },
      limits,
    )
    const { old, new: next, ratio, interval, n, verdict, detectable, warnings } = comparison
    if (name === 'duration_mean' && hasSteadier && !meanCertifies && isLeftOut(comparison, judgement, limits)) {
      continue
    }
    metrics[name] = {
      unit,
      direction,
      old,
      new: next,
      ratio,
      interval,
      n,
      verdict,
      severity: comparison.severity,
      detectable,
      warnings: [...warnings],
    }
    if (!gate) continue
    verdicts.push(verdict)
    if (third) controls.push(comparePaired({ ...described, head: of('null') }, limits).comparison.verdict)
    const nextLook = judgement?.continueTo ?? null
    if (nextLook !== null) continueTo = Math.max(continueTo ?? 0, nextLook)
  }
  sayDisagreement(metrics)
  // The worse figure decides: nothing that the other could still show would change it.
  if (verdicts.includes('regressed')) continueTo = null
  const isNew = !compared && reasonFor(last, baseErrors) === null
  const status: AnsweredBenchmark['status'] = isNew ? 'new' : 'compared'
  return { benchmark: { name: key, status, metrics }, verdicts, continueTo, controls }
}

/** One-sided error at which an open mean counts as one that looks slower: it proves nothing, but keeps the verdict open. */
const suspicionAlpha = 0.1

/**
 * Whether the mean is left out beside a steadier figure that sees collections too: it is open, but does not look slower by more
 * than the threshold, as far as it can be told from noise, and no slowdown of high severity is possible.
 */
function isLeftOut(
  { verdict, interval }: MetricComparison,
  judgement: PairedJudgement | null,
  { threshold, severity }: { threshold: number; severity: SeverityLimits },
): boolean {
  const look = judgement?.looks.at(-1)
  if (verdict !== 'inconclusive' || look === undefined || interval === null) return false
  const { estimate, low } = intervalOf(look.estimate, suspicionAlpha)
  const looksSlower = estimate > logThreshold(threshold) && low > 0
  return !looksSlower && interval[1] <= 1 + Math.max(threshold, severity.high) / 100
}

/** Why there is nothing of the base; null where the base simply has no such benchmark. */
function reasonFor(
  { file, test, record, inBase }: Observation,
  baseErrors: readonly { file: string; test: string | null; error: string }[],
): Warning | null {
  if (!inBase) return null
  const error =
    record.errors.base ??
    baseErrors.find((each) => each.file === file && (each.test === test || each.test === null))?.error
  return error === undefined
    ? null
    : { code: 'base-failed', text: `The base failed, so there is nothing to compare with: ${error}` }
}

function alone(
  described: { unit: string; direction: Direction },
  values: readonly number[],
  reason: Warning | null,
): AnsweredMetric {
  return {
    ...described,
    old: null,
    new: values.length === 0 ? null : median(values),
    ratio: null,
    interval: null,
    n: [0, values.length],
    verdict: 'no-baseline',
    severity: null,
    detectable: null,
    warnings: reason === null ? [] : [reason],
  }
}

/** What else than the quartile tells of a benchmark's time, as a sentence begins with it. */
const longer = { [withCollections]: 'With its garbage collection it', duration_mean: 'The mean' } as const

/** A low quantile does not see garbage collection (VERDICT.md rule 3): where another figure differs, that is the likely reason. */
function sayDisagreement(metrics: Record<string, AnsweredMetric>): void {
  for (const [name, subject] of Object.entries(longer)) {
    const { duration_quartile: quartile, [name]: other } = metrics
    if (quartile === undefined || other === undefined) continue
    const verdicts = [quartile.verdict, other.verdict]
    const decided = verdicts.every((verdict) => verdict !== 'inconclusive' && verdict !== 'no-baseline')
    if (!decided || quartile.verdict === other.verdict || !verdicts.includes('regressed')) continue
    const text =
      other.verdict === 'regressed'
        ? `${subject} is slower though short batches are not: look for garbage collection, or for work that is put off`
        : `Short batches are slower though ${subject.toLowerCase()} is not: the code computes more, and collects less garbage or puts work off`
    other.warnings.push({ code: 'figures-disagree', text })
  }
}

/** The looks that a user may end at. */
export const duetLooks: readonly number[] = pairedLooks
