import type { Environment } from '../run/environment.ts'
import type { Warning } from '../run/measurement.ts'
import { isTimed, type Metric } from '../run/metric.ts'
import { processorShare } from '../run/processor-share.ts'
import type { RunOptions, Session } from '../run/run.ts'
import { type Change, intervalOf, mirror } from '../statistics/estimate.ts'
import { median } from '../statistics/median.ts'
import { enoughSessions } from '../statistics/yuen.ts'
import { inconclusiveAdvice } from './advice.ts'
import type { Baseline, BaselineBenchmark, BaselineMetric } from './baseline.ts'
import { calibrationLog } from './calibration.ts'
import { compareCounts } from './count.ts'
import { detectablePercent } from './detectable.ts'
import { doubtfulUpTo, doubtsAboutSamples } from './guards.ts'
import { own } from './own.ts'
import { logThreshold, rateSeverityLimits, rateThresholdPoints } from './policy.ts'
import { compareQuantity, type QuantityComparison, type RunValues } from './quantity.ts'
import { compareRates, type RateComparison, type SessionRate } from './rate.ts'
import type { MetricComparison } from './report.ts'
import { type SeverityLimits, severityOf } from './severity.ts'
import { verdictOf } from './verdict.ts'

/** Another CPU model or Node major says nothing below this, per cent (VERDICT.md, "Stored baseline"). */
const foreignThreshold = 10
/** A difference in the machine's speed that is worth a word, on the log scale. */
const speedWorthMentioning = Math.log(1.02)

export interface MetricContext {
  /** How warnings name the benchmark. */
  benchmark: string
  sessions: readonly Session[]
  /** Sessions that only screened. */
  screened: readonly Session[]
  baseline: Baseline
  stored: BaselineBenchmark
  environment: Environment
  profile: RunOptions['profile']
  /** Per cent. */
  threshold: number
  severity: SeverityLimits
  alpha: number
  /** Doubts about the sessions that make a duration inconclusive. */
  guards: readonly Warning[]
}

/** A comparison, and what `explain` needs of the way to it. */
export interface MetricJudgement {
  comparison: MetricComparison
  quantity: QuantityComparison | null
  rate: RateComparison | null
  /** Threshold on the log scale (of rates, a share). */
  delta: number
  /** Worse is positive; null where no interval could be formed. */
  change: Change | null
}

/** Compares one metric of a benchmark with what is stored of it. */
export function compareMetric(name: string, context: MetricContext): MetricJudgement {
  const metrics = context.sessions.flatMap((session) => own(session.metrics, name) ?? [])
  const [first] = metrics
  const stored = own(context.stored.metrics, name)
  if (first === undefined) throw new Error(`Cannot compare "${name}": no session has it`)
  if (
    stored === undefined ||
    stored.kind !== first.kind ||
    stored.unit !== first.unit ||
    stored.direction !== first.direction
  ) {
    return { comparison: uncomparedMetric(metrics), quantity: null, rate: null, delta: 0, change: null }
  }
  switch (first.kind) {
    case 'quantity':
      return judgeQuantity(name, first, stored, context)
    case 'rate':
      return judgeRate(first, metrics, stored, context)
    case 'count':
      return judgeCount(first, metrics, stored, context)
  }
}

/** What the newest run of the present level and those after it stored of a metric, oldest first. */
export function storedRuns(baseline: Baseline, benchmark: BaselineBenchmark, metric: BaselineMetric) {
  const since = baseline.runs.findIndex(({ id }) => id === benchmark.since)
  return baseline.runs.slice(Math.max(0, since)).flatMap((run) => {
    const values = own(metric.runs, run.id)
    return values === undefined || values.length === 0 ? [] : [{ run, values }]
  })
}

/** A metric that has nothing to be compared with: the median over its sessions. */
export function uncomparedMetric(metrics: readonly Metric[]): MetricComparison {
  return {
    ...described(metrics[0]!),
    old: null,
    new: summaryOf(metrics),
    ratio: null,
    interval: null,
    n: [0, metrics.length],
    verdict: 'no-baseline',
    severity: null,
    detectable: null,
    warnings: [],
  }
}

function judgeQuantity(name: string, metric: Metric, stored: BaselineMetric, context: MetricContext): MetricJudgement {
  const { alpha, sessions } = context
  const next = valuesOf(name, sessions)
  const runs: RunValues[] = storedRuns(context.baseline, context.stored, stored).map(({ run, values }) => ({
    id: run.id,
    environment: run.environment,
    profile: run.options?.profile ?? null,
    values: values.map(Number),
    calibration: own(context.stored.calibration, run.id) ?? [],
  }))
  const quantity = compareQuantity(
    runs,
    {
      id: 'new',
      ...next,
      screened: valuesOf(name, context.screened),
    },
    {
      unit: metric.unit,
      direction: metric.direction,
      environment: context.environment,
      profile: context.profile,
      resolution: Math.max(0, ...sessions.map(clockResolution)),
      processorShare: medianProcessorShare(sessions),
      wholeOverPart: wholeOverPart(name, sessions),
    },
  )
  const timed = isTimed(metric.unit)
  const delta = logThreshold(
    quantity.foreign === null || !timed ? context.threshold : Math.max(context.threshold, foreignThreshold),
  )
  const shared = { quantity, rate: null, delta }
  const sign = metric.direction === 'lower' ? 1 : -1
  const base = { ...described(metric), n: quantity.n }
  const subject = `"${context.benchmark}", ${metric.title}`
  if (quantity.obstacle === 'not-positive') {
    const text = `${subject}: a value is 0, negative or not a number, so there is no ratio; its verdict is left open. Measure something that is always positive, or declare a count or a rate`
    return {
      ...shared,
      change: null,
      comparison: {
        ...base,
        old: finite(median(runs.flatMap(({ values }) => values))),
        new: finite(median(next.values)),
        ratio: null,
        interval: null,
        verdict: 'inconclusive',
        severity: null,
        detectable: null,
        warnings: [{ code: 'not-positive', text }],
      },
    }
  }
  const { estimate } = quantity
  const percentWorse = Math.expm1(estimate.centre) * 100
  const ratio = Math.exp(sign * estimate.centre)
  const values = { old: finite(quantity.next / ratio), new: finite(quantity.next), ratio: finite(ratio) }
  if (quantity.obstacle === 'too-few-sessions') {
    const [old, next] = quantity.n
    const warning = tooFewSessions(subject, stored, old, next)
    return {
      ...shared,
      change: null,
      comparison: {
        ...base,
        ...values,
        interval: null,
        verdict: 'inconclusive',
        severity: estimate.centre > delta ? severityOf(percentWorse, context.severity) : null,
        detectable: null,
        warnings: [warning],
      },
    }
  }
  const change = intervalOf(estimate, alpha)
  const found = verdictOf(change, delta)
  const foreign = timed && (quantity.foreign === 'profile' || (quantity.foreign === 'machine' && found !== 'regressed'))
  const ofSamples = name.startsWith('duration_')
  const guards = timed ? context.guards.filter(({ code }) => ofSamples || !doubtsAboutSamples.has(code)) : []
  const guarded = guards.length > 0 && change.low <= doubtfulUpTo(guards, sessions)
  const verdict = foreign || guarded ? 'inconclusive' : found
  const warnings: Warning[] = []
  if (foreign) {
    warnings.push({
      code: 'not-comparable',
      text:
        quantity.foreign === 'profile'
          ? `${subject}: the baseline was made in another profile, with other warm-up and budgets: accept a baseline in this one`
          : `${subject}: the baseline was made with another CPU model or Node major, so only a slowdown beyond ${foreignThreshold} % counts: accept a baseline on this machine`,
    })
  }
  if (found !== 'inconclusive') warnings.push(...guards)
  if (verdict === 'inconclusive') {
    const m = quantity.steps.old.length
    const spread = quantity.steps.spread.tau * Math.sqrt(1 + 1 / m)
    warnings.push(inconclusiveAdvice(subject, estimate, { alpha, delta, sessions: quantity.n[1], spread }))
  }
  if (Math.abs(quantity.steps.machineSlower) > speedWorthMentioning) {
    const percent = Math.expm1(Math.abs(quantity.steps.machineSlower)) * 100
    warnings.push({
      code: 'machine-speed',
      text: `${subject}: the machine itself is ${percent.toFixed(0)} % ${quantity.steps.machineSlower > 0 ? 'slower' : 'faster'} than at the baseline; this is taken out`,
    })
  }
  if (Math.abs(quantity.drift) > delta) {
    const percent = Math.expm1(Math.abs(quantity.drift)) * 100
    warnings.push({
      code: 'slow-drift',
      text: `${subject}: ${quantity.drift > 0 ? 'worse' : 'better'} by ${percent.toFixed(1)} % over the stored runs, little by little: look at the commits since the first of them`,
    })
  }
  const [low, high] = [Math.exp(sign * change.low), Math.exp(sign * change.high)]
  return {
    ...shared,
    change,
    comparison: {
      ...base,
      ...values,
      interval: finiteInterval(low, high),
      verdict,
      severity: verdict === 'regressed' ? severityOf(percentWorse, context.severity) : null,
      detectable: finite(detectablePercent(estimate, alpha, delta)),
      warnings,
    },
  }
}

/** How many times as large as this metric the one is that it is a part of; 1 where it is no part. */
function wholeOverPart(name: string, sessions: readonly Session[]): number {
  const ratios = sessions.flatMap(({ metrics }) => {
    const part = own(metrics, name)
    const whole = part?.kind === 'quantity' && part.partOf !== undefined ? own(metrics, part.partOf) : undefined
    return part?.kind === 'quantity' && whole?.kind === 'quantity' ? [whole.value / part.value] : []
  })
  return ratios.length === 0 ? 1 : Math.max(1, median(ratios))
}

/** What the sessions that have a metric show of it, and of the machine. */
function valuesOf(name: string, sessions: readonly Session[]) {
  const having = sessions.filter((session) => own(session.metrics, name) !== undefined)
  return {
    values: having.map((session) => Number((session.metrics[name] as { value: number }).value)),
    calibration: having.flatMap(({ calibrationNs }) => (calibrationNs ? (calibrationLog(calibrationNs) ?? []) : [])),
  }
}

function judgeRate(
  metric: Metric,
  metrics: readonly Metric[],
  stored: BaselineMetric,
  context: MetricContext,
): MetricJudgement {
  const next = metrics.flatMap((each) => (each.kind === 'rate' && each.denominator > 0 ? [each] : []))
  const old: SessionRate[] = storedRuns(context.baseline, context.stored, stored)
    .flatMap(({ values }) => values)
    .flatMap((value) => (Array.isArray(value) && value[1] > 0 ? [{ numerator: value[0], denominator: value[1] }] : []))
  const rate = compareRates(old, next, context.alpha)
  const delta = rateThresholdPoints / 100
  const subject = `"${context.benchmark}", ${metric.title}`
  const base = {
    ...described(metric),
    old: finite(rate.old * 100),
    new: finite(rate.next * 100),
    n: [old.length, next.length] as [number, number],
  }
  const ratio = finite(rate.next / rate.old)
  const sign = metric.direction === 'lower' ? 1 : -1
  const worse = sign * (rate.next - rate.old)
  const severity = () => severityOf(worse * 100, rateSeverityLimits(context.severity))
  if (rate.difference === null) {
    const comparison: MetricComparison = {
      ...base,
      ratio,
      interval: null,
      verdict: 'inconclusive',
      severity: worse > delta ? severity() : null,
      detectable: null,
      warnings: [tooFewSessions(subject, stored, old.length, next.length)],
    }
    return { comparison, quantity: null, rate, delta, change: null }
  }
  const { low, estimate, high } = rate.difference
  const change = sign === 1 ? rate.difference : mirror(rate.difference)
  const verdict = verdictOf(change, delta)
  // Rates have no ratio that a detectable slowdown could be told in: it is in percentage points.
  const detectable = Math.max(rate.half, delta) * 100
  const warnings: Warning[] =
    verdict === 'inconclusive'
      ? [
          {
            code: 'inconclusive',
            text: `${subject}: the smallest change these sessions could have found is ${detectable.toFixed(1)} percentage points: raise \`iterations\` or \`sessions\``,
          },
        ]
      : []
  return {
    quantity: null,
    rate,
    delta,
    change,
    comparison: {
      ...base,
      ratio,
      interval: finiteInterval((rate.old + low) / rate.old, (rate.old + high) / rate.old),
      difference: { low: low * 100, estimate: estimate * 100, high: high * 100 },
      verdict,
      severity: verdict === 'regressed' ? severity() : null,
      detectable,
      warnings,
    },
  }
}

function judgeCount(
  metric: Metric,
  metrics: readonly Metric[],
  stored: BaselineMetric,
  context: MetricContext,
): MetricJudgement {
  const next = metrics.flatMap((each) => (each.kind === 'count' ? [each.value] : []))
  const old = storedRuns(context.baseline, context.stored, stored).at(-1)?.values.map(Number) ?? []
  const sign = metric.direction === 'lower' ? 1 : -1
  const exact = compareCounts(old, next)
  const subject = `"${context.benchmark}", ${metric.title}`
  const base = {
    ...described(metric),
    old: finite(exact.old),
    new: finite(exact.next),
    n: [old.length, next.length] as [number, number],
  }
  const shared = { quantity: null, rate: null, delta: 0 }
  if (exact.change === null || Number.isNaN(exact.change.estimate)) {
    const text = `${subject}: a count must be the same in every session, this one is not: declare it as a quantity`
    const comparison: MetricComparison = {
      ...base,
      ratio: finite(exact.next / exact.old),
      interval: null,
      verdict: 'inconclusive',
      severity: null,
      detectable: null,
      warnings: [{ code: 'count-varies', text }],
    }
    return { ...shared, change: null, comparison }
  }
  const worse = sign * exact.change.estimate
  const verdict = verdictOf({ low: worse, estimate: worse, high: worse }, 0)
  const ratio = exact.old === exact.next ? 1 : finite(exact.next / exact.old)
  return {
    ...shared,
    change: { low: worse, estimate: worse, high: worse },
    comparison: {
      ...base,
      ratio,
      interval: ratio === null ? null : [ratio, ratio],
      verdict: worse === 0 ? 'unchanged' : verdict,
      severity: worse > 0 ? severityOf(Math.expm1(worse) * 100, context.severity) : null,
      detectable: 0,
      warnings: [],
    },
  }
}

function tooFewSessions(subject: string, { aggregate }: BaselineMetric, old: number, next: number): Warning {
  if (old === 0 || aggregate === true) {
    const text = `${subject}: the baseline has no sessions of it, so this is advisory; accept a new baseline with \`vitest-verdict baseline accept\``
    return { code: 'advisory', text }
  }
  const counted = `${old} ${old === 1 ? 'session' : 'sessions'} against ${next} ${old === 1 ? 'is' : 'are'} too few for a verdict`
  const again = enoughSessions(next) ? ', and accept a new baseline with them' : ''
  const text = `${subject}: ${counted}: use 4, or 6 and more (\`sessions\`)${again}`
  return { code: 'too-few-sessions', text }
}

function described({ title, unit, direction, gate }: Metric) {
  return { title, unit, direction, gate }
}

function summaryOf(metrics: readonly Metric[]): number | null {
  const values = metrics.map((metric) =>
    metric.kind === 'rate' ? (100 * metric.numerator) / metric.denominator : metric.value,
  )
  return finite(median(values))
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

/** JSON has no infinity: a bound that overflows leaves no interval. */
function finiteInterval(first: number, second: number): [low: number, high: number] | null {
  if (!Number.isFinite(first) || !Number.isFinite(second)) return null
  return first < second ? [first, second] : [second, first]
}

function clockResolution({ samplesNs, batchSize, clockStepNs }: Session): number {
  const round = median(samplesNs) * batchSize
  return round > 0 ? Math.min(1, clockStepNs / round) : 0
}

/** What waits does not get slower with the processor; where nothing is known of it, all of the time is taken for work. */
function medianProcessorShare(sessions: readonly Session[]): number {
  const shares = sessions.flatMap((session) => processorShare(session) ?? [])
  return shares.length === 0 ? 1 : median(shares)
}
