import type { Warning } from '../run/measurement.ts'
import type { Direction } from '../run/metric.ts'
import { type Change, type Estimate, intervalOf } from '../statistics/estimate.ts'
import { mannKendall } from '../statistics/mann-kendall.ts'
import { median } from '../statistics/median.ts'
import { trimmedSample } from '../statistics/trimmed-mean.ts'
import { pairedYuen } from '../statistics/yuen.ts'
import { pairedAdvice } from './advice.ts'
import { pairedLookAlpha, pairedLooks } from './alpha.ts'
import { detectablePercent } from './detectable.ts'
import { logThreshold } from './policy.ts'
import type { MetricComparison, Verdict } from './report.ts'
import { type SeverityLimits, severityOf } from './severity.ts'
import { verdictOf } from './verdict.ts'

/** A trend from session to session that chance makes in 1 of 1,000 comparisons (VERDICT.md rule 8). */
const trendP = 0.001

/** Codes of the guard rails: a look at which one of them fails decides nothing. */
export const pairedGuards: ReadonlySet<string> = new Set(['null-differs', 'null-noisy', 'trend'])

/** One session in which both versions took turns, on the log scale, worse is positive. */
export interface PairedSession {
  /** ln(head / base). */
  change: number
  /** ln(second base / base): the same code against itself; null where there was no third lane. */
  nullChange: number | null
}

/** What was seen at one of the looks fixed in advance. */
export interface PairedLook {
  sessions: number
  estimate: Estimate
  change: Change
  nullChange: Change | null
  verdict: Exclude<Verdict, 'no-baseline'>
  /** Failed guard rails: with one, the look decides nothing. */
  doubts: Warning[]
}

export interface PairedJudgement {
  verdict: Exclude<Verdict, 'no-baseline'>
  /** Sessions to have measured before the next look; null when the verdict stands. */
  continueTo: number | null
  /** All looks taken, the last one deciding. */
  looks: PairedLook[]
}

/**
 * Judges two versions measured in one sitting, sequentially (VERDICT.md rule 7): looks after 6, 10, 16 and 24 sessions, each at
 * one-sided α .005/4. The first look that decides is final, whatever comes later; a look with a failed guard rail goes on
 * to the next; after the last the verdict is `inconclusive`.
 *
 * Where the base ran twice, head is compared with the level of both, which is steadier than either. A guard rail that fails
 * matters as far as what it found could have made the verdict: twice the time stays twice the time though the base differs
 * from itself by 4 %.
 * @param sessions in time order; more than a deciding look needed are ignored
 * @param delta practical threshold on the log scale
 */
export function judgePaired(sessions: readonly PairedSession[], delta: number): PairedJudgement {
  const looks: PairedLook[] = []
  for (const count of pairedLooks) {
    if (sessions.length < count) return { verdict: 'inconclusive', continueTo: count, looks }
    const look = lookAt(sessions.slice(0, count), delta)
    looks.push(look)
    if (look.doubts.length === 0 && look.verdict !== 'inconclusive') {
      return { verdict: look.verdict, continueTo: null, looks }
    }
  }
  return { verdict: 'inconclusive', continueTo: null, looks }
}

function lookAt(sessions: readonly PairedSession[], delta: number): PairedLook {
  const changes = sessions.map(({ change, nullChange }) => change - (nullChange ?? 0) / 2)
  const nulls = sessions.flatMap(({ nullChange }) => nullChange ?? [])
  const estimate = pairedYuen(changes)!
  const nullEstimate = nulls.length === sessions.length ? pairedYuen(nulls) : null
  const nullChange = nullEstimate === null ? null : intervalOf(nullEstimate, pairedLookAlpha)
  const change = intervalOf(estimate, pairedLookAlpha)
  const verdict = verdictOf(change, delta)
  const doubts: Warning[] = []
  if (nullChange !== null && !withstands(verdict, change, bound(nullChange), delta)) {
    const half = (nullChange.high - nullChange.low) / 2
    if (nullChange.low > 0 || nullChange.high < 0) {
      doubts.push({
        code: 'null-differs',
        text: `The base differs from itself by ${percent(nullChange.estimate)} after ${sessions.length} sessions: what runs first or last is not treated alike`,
      })
    }
    if (half > delta) {
      doubts.push({
        code: 'null-noisy',
        text: `The base against itself is known only to ±${percent(half)} after ${sessions.length} sessions, more than the threshold: quieten the machine`,
      })
    }
  }
  if (mannKendall(changes).p < trendP && !changes.every((each) => verdictOf(exactly(each), delta) === verdict)) {
    doubts.push({
      code: 'trend',
      text: `The difference grows or shrinks from session to session: something else changes meanwhile`,
    })
  }
  const look = { sessions: sessions.length, estimate, nullChange }
  if (verdict !== 'inconclusive' && doubts.length === 0) return { ...look, change, verdict, doubts }
  const unanimous = nullEstimate === null ? null : unanimousChange(changes, nulls, delta)
  if (unanimous === null) return { ...look, change, verdict, doubts }
  return { ...look, change: unanimous, verdict: unanimous.low > 0 ? 'regressed' : 'improved', doubts: [] }
}

/**
 * Head beyond both lanes of the base, by more than the threshold, in every session: of three equal lanes one and the same is
 * last in all of six sessions with a probability of 3⁻⁶ = .0014, whatever the distribution, so that two speeds of compiled code
 * or a burst of load cannot hide a large change. The interval is from the smallest to the largest session; null otherwise.
 */
function unanimousChange(changes: readonly number[], nulls: readonly number[], delta: number): Change | null {
  const beyond = (sign: number) => changes.every((change, index) => sign * change - Math.abs(nulls[index]!) / 2 > delta)
  if (!beyond(1) && !beyond(-1)) return null
  return { low: Math.min(...changes), estimate: median(changes), high: Math.max(...changes) }
}

/** Whether a verdict would be the same if all that the base may differ from itself were an error of the comparison. */
function withstands(verdict: PairedLook['verdict'], change: Change, error: number, delta: number): boolean {
  if (verdict === 'inconclusive') return false
  return [-error, error].every((shift) => {
    const shifted = { low: change.low + shift, estimate: change.estimate + shift, high: change.high + shift }
    return verdictOf(shifted, delta) === verdict
  })
}

/** How far from 0 an interval reaches. */
function bound({ low, high }: Change): number {
  return Math.max(Math.abs(low), Math.abs(high))
}

function exactly(value: number): Change {
  return { low: value, estimate: value, high: value }
}

/** One metric measured in pairs: values per session, in the unit of the metric. */
export interface PairedMetric {
  title: string
  unit: string
  direction: Direction
  gate: boolean
  base: readonly number[]
  head: readonly number[]
  /** The second base, where there was a third lane. */
  nullArm?: readonly number[]
}

/** Judges a metric measured in pairs; the same form as against a stored baseline, with the judgement beside it. */
export function comparePaired(
  metric: PairedMetric,
  { threshold, severity }: { threshold: number; severity: SeverityLimits },
): { comparison: MetricComparison; judgement: PairedJudgement | null } {
  const { title, unit, direction, gate, base, head, nullArm } = metric
  const count = Math.min(base.length, head.length)
  const sign = direction === 'lower' ? 1 : -1
  const described = { title, unit, direction, gate, n: [count, count] as [number, number] }
  const used = [...base.slice(0, count), ...head.slice(0, count), ...(nullArm?.slice(0, count) ?? [])]
  if (!used.every((value) => value > 0 && Number.isFinite(value))) {
    const text = `${title}: a value is 0, negative or not a number, so there is no ratio; its verdict is left open`
    return { comparison: open(described, { code: 'not-positive', text }), judgement: null }
  }
  const sessions = Array.from({ length: count }, (_, index) => ({
    change: sign * Math.log(head[index]! / base[index]!),
    nullChange: nullArm?.[index] === undefined ? null : sign * Math.log(nullArm[index]! / base[index]!),
  }))
  const delta = logThreshold(threshold)
  const judgement = judgePaired(sessions, delta)
  const look = judgement.looks.at(-1)
  if (look === undefined) {
    const text = `${title}: ${count} sessions, the first look is after ${pairedLooks[0]}: let it run on`
    return { comparison: open(described, { code: 'too-few-sessions', text }), judgement }
  }
  const taken = look.sessions
  const ratio = Math.exp(sign * look.change.estimate)
  const next = Math.exp(trimmedSample(head.slice(0, taken).map(Math.log)).mean)
  const [first, second] = [Math.exp(sign * look.change.low), Math.exp(sign * look.change.high)]
  const warnings = [...look.doubts]
  if (judgement.verdict === 'inconclusive') {
    const { continueTo } = judgement
    warnings.push(pairedAdvice(title, look.estimate, { alpha: pairedLookAlpha, delta, continueTo }))
  }
  return {
    judgement,
    comparison: {
      ...described,
      n: [taken, taken],
      old: next / ratio,
      new: next,
      ratio,
      interval: first < second ? [first, second] : [second, first],
      verdict: judgement.verdict,
      severity: judgement.verdict === 'regressed' ? severityOf(Math.expm1(look.change.estimate) * 100, severity) : null,
      detectable: detectablePercent(look.estimate, pairedLookAlpha, delta),
      warnings,
    },
  }
}

function open(
  described: Pick<MetricComparison, 'title' | 'unit' | 'direction' | 'gate' | 'n'>,
  warning: Warning,
): MetricComparison {
  return {
    ...described,
    old: null,
    new: null,
    ratio: null,
    interval: null,
    verdict: 'inconclusive',
    severity: null,
    detectable: null,
    warnings: [warning],
  }
}

function percent(log: number): string {
  return `${(Math.expm1(log) * 100).toFixed(1)} %`
}
