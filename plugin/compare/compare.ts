import { inconclusiveAdvice } from '../judge/advice.ts'
import { verdictAlpha } from '../judge/alpha.ts'
import { compareCounts } from '../judge/count.ts'
import { detectablePercent } from '../judge/detectable.ts'
import { predictFromHistory } from '../judge/history.ts'
import { logThreshold, rateSeverityLimits, rateThresholdPoints } from '../judge/policy.ts'
import { compareRates } from '../judge/rate.ts'
import type { Severity } from '../judge/report.ts'
import { reaches, type SeverityLimits, severityOf, worstSeverity } from '../judge/severity.ts'
import { verdictOf, worstVerdict } from '../judge/verdict.ts'
import { type Change, type Estimate, intervalOf, mirror } from '../statistics/estimate.ts'
import { median } from '../statistics/median.ts'
import { trimmedSample } from '../statistics/trimmed-mean.ts'
import { allEqual, enoughSessions, pairedYuen, unpairedYuen } from '../statistics/yuen.ts'
import type { AnsweredBenchmark, AnsweredMetric, CompareAnswer } from './answer.ts'
import type { Imported, ImportedMetric, ImportedQuantity, ImportedRate } from './imported.ts'

export interface CompareOptions {
  /** Practical threshold, per cent. */
  threshold: number
  severity: SeverityLimits
  /** Whether the n-th session of one side belongs to the n-th of the other (measured in turns). */
  paired: boolean
}

/**
 * Compares two sets of results by the rules of the verdict, one look at α .005 (VERDICT.md rule 7). Benchmarks are matched by
 * name, metrics by name and unit.
 */
export function compareResults(old: Imported, next: Imported, options: CompareOptions): CompareAnswer {
  const before = new Map(old.benchmarks.map((benchmark) => [benchmark.name, benchmark]))
  const after = new Set(next.benchmarks.map(({ name }) => name))
  const gates: CompareAnswer['verdict'][] = []
  const doubts = [...old.warnings, ...next.warnings].filter(
    (warning, index, all) => all.findIndex(({ text }) => text === warning.text) === index,
  )
  const compared = next.benchmarks.map((benchmark): AnsweredBenchmark => {
    const counterpart = before.get(benchmark.name)
    const metrics: Record<string, AnsweredMetric> = {}
    for (const [name, metric] of Object.entries(benchmark.metrics)) {
      const stored = counterpart?.metrics[name]
      if (
        stored === undefined ||
        stored.unit !== metric.unit ||
        (stored.kind === 'rate') !== (metric.kind === 'rate')
      ) {
        metrics[name] = onlyOne(metric, 'new')
        continue
      }
      const answer = compareMetric(name, stored, metric, options)
      if (answer.verdict === 'inconclusive') answer.warnings.push(...doubts)
      if (metric.gate) gates.push(answer.verdict)
      metrics[name] = answer
    }
    const matched = Object.values(metrics).some(({ verdict }) => verdict !== 'no-baseline')
    return { name: benchmark.name, status: matched ? 'compared' : 'new', metrics }
  })
  const removed = old.benchmarks
    .filter(({ name }) => !after.has(name))
    .map(({ name, metrics }): AnsweredBenchmark => {
      const entries = Object.entries(metrics).map(([metric, each]) => [metric, onlyOne(each, 'old')] as const)
      return { name, status: 'removed', metrics: Object.fromEntries(entries) }
    })
  return { version: 1, verdict: worstVerdict(gates), benchmarks: [...compared, ...removed] }
}

/** 1 for a regression at or above `failOn`, 2 for an inconclusive verdict under `strict`, else 0. */
export function answerExitCode(
  answer: CompareAnswer,
  { failOn, strict }: { failOn: Severity; strict: boolean },
): 0 | 1 | 2 {
  if (answer.verdict === 'regressed') {
    const regressed = answer.benchmarks
      .flatMap(({ metrics }) => Object.values(metrics))
      .filter(({ verdict }) => verdict === 'regressed')
    const worst = worstSeverity(regressed.map(({ severity }) => severity))
    if (worst !== null && reaches(worst, failOn)) return 1
  }
  const open = answer.benchmarks.some(({ metrics }) =>
    Object.values(metrics).some(({ verdict }) => verdict === 'inconclusive'),
  )
  return strict && open ? 2 : 0
}

function compareMetric(
  name: string,
  old: ImportedMetric,
  next: ImportedMetric,
  options: CompareOptions,
): AnsweredMetric {
  if (old.kind === 'rate' || next.kind === 'rate')
    return compareRateMetric(name, old as ImportedRate, next as ImportedRate, options)
  return compareQuantities(name, old, next, options)
}

function compareQuantities(
  name: string,
  stored: ImportedQuantity,
  metric: ImportedQuantity,
  options: CompareOptions,
): AnsweredMetric {
  const history = stored.of === 'runs'
  const next = metric.of === 'runs' ? metric.values.slice(-1) : metric.values
  const old = history ? withoutNewest(stored.values, metric) : stored.values
  const { unit, direction } = metric
  const base = { unit, direction, n: [old.length, next.length] as [number, number] }
  const finite = [...old, ...next].every(Number.isFinite)
  const exact = finite && !history && constant(old) && constant(next)
  if (exact && (metric.kind === 'count' || [...old, ...next].some((value) => value <= 0))) {
    return compareExactly(old, next, metric, options, base)
  }
  if (!finite || old.length === 0 || next.length === 0 || [...old, ...next].some((value) => value <= 0)) {
    const text = `${name}: a value is missing, 0, negative or not a number, so there is no ratio; its verdict is left open`
    return open(
      { ...base, old: number(median(old)), new: number(median(next)), ratio: null },
      { code: 'not-positive', text },
    )
  }
  const sign = direction === 'lower' ? 1 : -1
  const logs = (values: readonly number[]) => values.map((value) => sign * Math.log(value))
  const delta = logThreshold(options.threshold)
  const centre = (values: readonly number[]) =>
    allEqual(values) ? values[0]! : Math.exp(trimmedSample(values.map(Math.log)).mean)
  if (options.paired && !history && old.length !== next.length) {
    const text = `${name}: ${old.length} sessions cannot be paired with ${next.length}: leave out --paired, or measure the same number of each`
    return open(
      { ...base, old: centre(old), new: centre(next), ratio: centre(next) / centre(old) },
      { code: 'unpaired', text },
    )
  }
  const estimate = history
    ? predictFromHistory(logs(old), logs(next)[0]!)
    : estimateOf(logs(old), logs(next), options.paired)
  if (estimate === null) {
    const ratio = centre(next) / centre(old)
    const worse = sign * Math.log(ratio)
    return {
      ...open({ ...base, old: centre(old), new: centre(next), ratio }, tooFew(name, base.n, history)),
      severity: worse > delta ? severityOf(Math.expm1(worse) * 100, options.severity) : null,
    }
  }
  const change = intervalOf(estimate, verdictAlpha)
  const verdict = verdictOf(change, delta)
  const exactRatio = estimate.standardError === 0 && !options.paired
  const ratio = exactRatio ? centre(next) / centre(old) : Math.exp(sign * estimate.centre)
  const value = centre(next)
  const advice = { alpha: verdictAlpha, delta, sessions: next.length, spread: history ? estimate.standardError : 0 }
  return {
    ...base,
    old: number(exactRatio ? centre(old) : value / ratio),
    new: number(value),
    ratio: number(ratio),
    interval: exactRatio ? [ratio, ratio] : ratioInterval(change, sign),
    verdict,
    severity: verdict === 'regressed' ? severityOf(Math.expm1(estimate.centre) * 100, options.severity) : null,
    detectable: number(detectablePercent(estimate, verdictAlpha, delta)),
    warnings: verdict === 'inconclusive' ? [inconclusiveAdvice(name, estimate, advice)] : [],
  }
}

function estimateOf(old: readonly number[], next: readonly number[], paired: boolean): Estimate | null {
  return paired ? pairedYuen(next.map((log, index) => log - old[index]!)) : unpairedYuen(old, next)
}

/** The run that is judged is no part of what it is judged by, where both files are of one history. */
function withoutNewest(history: readonly number[], next: ImportedQuantity): readonly number[] {
  const same =
    next.of === 'runs' &&
    next.values.length <= history.length &&
    next.values.every((value, index) => value === history[index])
  return same ? history.slice(0, next.values.length - 1) : history
}

/** Values that are the same in every session: exact, whatever their size (VERDICT.md rules 8 and 9). */
function compareExactly(
  old: readonly number[],
  next: readonly number[],
  { direction, kind }: ImportedQuantity,
  { threshold, severity }: CompareOptions,
  base: Pick<AnsweredMetric, 'unit' | 'direction' | 'n'>,
): AnsweredMetric {
  const { change } = compareCounts(old, next)
  const found = change?.estimate ?? 0
  const worse = direction === 'lower' ? found : -found
  const delta = kind === 'count' ? 0 : logThreshold(threshold)
  const same = old[0] === next[0]
  const ratio = same ? 1 : number(next[0]! / old[0]!)
  const undecided = Number.isNaN(worse)
  const verdict = same
    ? 'unchanged'
    : undecided
      ? 'inconclusive'
      : verdictOf({ low: worse, estimate: worse, high: worse }, delta)
  return {
    ...base,
    old: old[0]!,
    new: next[0]!,
    ratio,
    interval: ratio === null ? null : [ratio, ratio],
    verdict,
    severity: verdict === 'regressed' ? severityOf(Math.expm1(worse) * 100, severity) : null,
    detectable: kind === 'count' ? 0 : threshold,
    warnings: undecided
      ? [{ code: 'not-positive', text: 'A negative value has no ratio; its verdict is left open' }]
      : [],
  }
}

function compareRateMetric(
  name: string,
  old: ImportedRate,
  next: ImportedRate,
  { severity }: CompareOptions,
): AnsweredMetric {
  const pairs = (values: ImportedRate['values']) =>
    values
      .filter((pair) => pair.every(Number.isFinite) && pair[1] > 0)
      .map(([numerator, denominator]) => ({ numerator, denominator }))
  const [before, after] = [pairs(old.values), pairs(next.values)]
  const { unit, direction } = next
  const rate = compareRates(before, after, verdictAlpha)
  const ratio = number(rate.next / rate.old)
  const base = {
    unit,
    direction,
    n: [before.length, after.length] as [number, number],
    old: number(rate.old * 100),
    new: number(rate.next * 100),
    ratio,
  }
  if (rate.difference === null) return open(base, tooFew(name, base.n, false))
  const sign = direction === 'lower' ? 1 : -1
  const { low, high } = rate.difference
  const change = sign === 1 ? rate.difference : mirror(rate.difference)
  const delta = rateThresholdPoints / 100
  const verdict = verdictOf(change, delta)
  const detectable = Math.max(rate.half, delta) * 100
  const text = `${name}: the smallest change these sessions could have found is ${detectable.toFixed(1)} percentage points: measure more`
  return {
    ...base,
    interval: rate.old > 0 ? [(rate.old + low) / rate.old, (rate.old + high) / rate.old] : null,
    verdict,
    severity: verdict === 'regressed' ? severityOf(change.estimate * 100, rateSeverityLimits(severity)) : null,
    detectable,
    warnings: verdict === 'inconclusive' ? [{ code: 'inconclusive', text }] : [],
  }
}

function onlyOne(metric: ImportedMetric, side: 'old' | 'new'): AnsweredMetric {
  const values =
    metric.kind === 'rate'
      ? metric.values.map(([numerator, denominator]) => (100 * numerator) / denominator)
      : metric.values
  const value = number(metric.kind !== 'rate' && metric.of === 'runs' ? (values.at(-1) ?? Number.NaN) : median(values))
  return {
    unit: metric.unit,
    direction: metric.direction,
    old: side === 'old' ? value : null,
    new: side === 'new' ? value : null,
    ratio: null,
    interval: null,
    n: side === 'old' ? [values.length, 0] : [0, values.length],
    verdict: 'no-baseline',
    severity: null,
    detectable: null,
    warnings: [],
  }
}

function open(
  figures: Pick<AnsweredMetric, 'unit' | 'direction' | 'n' | 'old' | 'new' | 'ratio'>,
  warning: AnsweredMetric['warnings'][number],
): AnsweredMetric {
  return { ...figures, interval: null, verdict: 'inconclusive', severity: null, detectable: null, warnings: [warning] }
}

function tooFew(name: string, [old, next]: [number, number], history: boolean): AnsweredMetric['warnings'][number] {
  const text = history
    ? `${name}: a history of ${old} values since its last change is too short for a verdict: 2 at least`
    : old === 1 && next === 1
      ? `${name}: a single value on either side says nothing of how sessions (processes) differ: compare the run_*.json files, which hold them all, or measure 4, or 6 and more`
      : `${name}: ${old} sessions (processes) against ${next} are too few for a verdict: measure 4, or 6 and more, of each`
  return { code: 'too-few-sessions', text }
}

function ratioInterval({ low, high }: Change, sign: 1 | -1): [number, number] | null {
  const [first, second] = [Math.exp(sign * low), Math.exp(sign * high)]
  if (!Number.isFinite(first) || !Number.isFinite(second)) return null
  return first < second ? [first, second] : [second, first]
}

function constant(values: readonly number[]): boolean {
  return enoughSessions(values.length) && allEqual(values)
}

function number(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
