import type { PairedFigure, Run } from '../run/run.ts'
import { studentTQuantile } from '../statistics/student-t.ts'
import { trimmedSample } from '../statistics/trimmed-mean.ts'
import { pairedLookAlpha, verdictAlpha } from './alpha.ts'
import type { Baseline } from './baseline.ts'
import { type MetricJudgement, storedRuns } from './compare-metric.ts'
import { judge, judgeMetrics, pairsOf, thresholdOf } from './judge.ts'
import { judgePairs, type PairJudgement } from './judge-pairs.ts'
import { judgedSessions } from './judged-sessions.ts'
import { own } from './own.ts'
import { type JudgePolicy, rateSeverityLimits } from './policy.ts'
import type { QuantityComparison } from './quantity.ts'
import type { MetricComparison } from './report.ts'

/**
 * Every step from the session values of a benchmark to its verdict, with the figures, to be checked by hand.
 * @throws Error when the run has no such benchmark; the message lists those it has
 */
export function explain(run: Run, baseline: Baseline | null, policy: JudgePolicy, key: string): string {
  const benchmark = run.benchmarks.find((each) => each.key === key)
  const report = judge(run, baseline, policy)
  const outcome = report.benchmarks.find((each) => each.key === key)
  if (benchmark === undefined || outcome === undefined) {
    const known = run.benchmarks.map((each) => each.key).join('\n  ')
    throw new Error(`Cannot explain "${key}": run ${run.id} has no such benchmark. It has:\n  ${known || 'none'}`)
  }
  const heading = `${key}: ${outcome.verdict}${outcome.severity === null ? '' : ` (${outcome.severity})`}`
  const screening = benchmark.sessions.filter((session) => session.screening === true).length
  const lines = [heading, '='.repeat(heading.length)]
  const judged = judgedSessions(benchmark).length
  lines.push(
    `Run ${run.id}: ${judged} sessions judged of ${benchmark.sessions.length}${screening > 0 ? `, ${screening} only screened` : ''}.`,
  )
  if (report.baseline.kind === 'incompatible') lines.push(`The baseline cannot be used: ${report.baseline.reason}.`)
  const stored = baseline === null ? undefined : own(baseline.benchmarks, key)
  const isStored = baseline !== null && stored !== undefined && report.baseline.kind === 'compared'
  const paired = pairsOf(run, benchmark, baseline)
  if (judged === 0 || (!isStored && paired === undefined)) {
    const reason = judged === 0 ? 'No session of it was completed' : 'Nothing is stored of it'
    return [...lines, `${reason}, so there is nothing to compare.`, ''].join('\n')
  }
  // Judged in place of a baseline, the pairs leave it no say.
  if (isStored && run.options.policy?.against === undefined) {
    lines.push(
      `Baseline: ${baseline.runs.map(({ id, commit }) => (commit ? `${id} (${commit.slice(0, 7)})` : id)).join(', ')}.`,
    )
    for (const [name, judgement] of Object.entries(judgeMetrics(run, benchmark, baseline, policy))) {
      if (judgement.comparison.gate) {
        lines.push('', ...explainMetric(name, judgement, run, baseline, policy, key))
      }
    }
  }
  if (paired !== undefined) {
    const threshold = thresholdOf(judgedSessions(benchmark), policy)
    const pairs = judgePairs(paired, { ...policy, threshold })
    for (const [name, pair] of Object.entries(pairs)) {
      if (pair.comparison.gate) {
        lines.push('', ...explainPair(name, pair, paired.figures[name.replace(/^paired_/, '')]!))
      }
    }
  }
  const gating = Object.entries(outcome.metrics).filter(([, { gate }]) => gate)
  const informing = Object.entries(outcome.metrics).filter(([, { gate }]) => !gate)
  lines.push('', 'Verdict of the benchmark')
  lines.push('  The worst of its gating metrics (regressed > inconclusive > improved > unchanged):')
  for (const [name, { verdict }] of gating) lines.push(`    ${name}: ${verdict}`)
  lines.push(`  => ${outcome.verdict}`)
  if (informing.length > 0) {
    lines.push('', 'Compared in the same way, without a say in it')
    for (const [name, comparison] of informing) lines.push(`    ${name}: ${summary(comparison)}`)
  }
  if (outcome.warnings.length > 0) lines.push('', 'Doubts', ...outcome.warnings.map(({ text }) => `  ! ${text}`))
  return `${lines.join('\n')}\n`
}

/** Of a look: the interval that it gave, and what it decided. */
function explainPair(name: string, { comparison, judgement }: PairJudgement, figure: PairedFigure): string[] {
  const title = `${comparison.title} (${name}, ${comparison.unit}, ${comparison.direction} is better): ${comparison.verdict}`
  const values = (of: readonly number[]) => of.map((value) => String(Number(value.toPrecision(5)))).join('  ')
  const looks = judgement?.looks ?? []
  return [
    title,
    '-'.repeat(title.length),
    '  1. One value per session (fresh process), the versions in turns',
    `       new    ${values(figure.head)}`,
    `       old    ${values(figure.base)}`,
    ...(figure.control === undefined ? [] : [`       again  ${values(figure.control)}   (the old version once more)`]),
    `  2. Logarithms of new/old${figure.control === undefined ? '' : ', old being the mean of its two logarithms'}; 20 %-trimmed t at each look, one-sided ${pairedLookAlpha}`,
    ...looks.map(
      ({ sessions, change, verdict, doubts }) =>
        `       after ${sessions}: ${log(change.estimate)} [${log(change.low)}, ${log(change.high)}], worse is positive: ${verdict}${doubts.length > 0 ? ', in doubt' : ''}`,
    ),
    ...comparison.warnings.map(({ text }) => `  ! ${text}`),
  ]
}

function explainMetric(
  name: string,
  judgement: MetricJudgement,
  run: Run,
  baseline: Baseline,
  policy: JudgePolicy,
  key: string,
): string[] {
  const { comparison, quantity, rate } = judgement
  const title = `${comparison.title} (${name}, ${comparison.unit}, ${comparison.direction} is better): ${comparison.verdict}`
  const lines = [title, '-'.repeat(title.length)]
  const benchmark = run.benchmarks.find((each) => each.key === key)!
  const stored = own(baseline.benchmarks, key)!
  const metric = own(stored.metrics, name)
  if (comparison.verdict === 'no-baseline' || metric === undefined) {
    return [...lines, '  Nothing is stored of this metric.']
  }
  const values = judgedSessions(benchmark).flatMap(({ metrics }) => {
    const each = own(metrics, name)
    return each === undefined
      ? []
      : [each.kind === 'rate' ? `${each.numerator}/${each.denominator}` : figure(each.value)]
  })
  lines.push('  1. One value per session (fresh process)')
  lines.push(`       new  ${values.join('  ')}`)
  for (const { run: from, values: old } of storedRuns(baseline, stored, metric)) {
    lines.push(
      `       old  ${old.map((each) => (Array.isArray(each) ? each.join('/') : figure(each))).join('  ')}   (${from.id})`,
    )
  }
  if (quantity !== null) lines.push(...explainQuantity(quantity, judgement, policy))
  if (rate !== null) {
    lines.push(`  2. Shares: new ${figure(rate.next)}, old ${figure(rate.old)}`)
    lines.push(
      `  3. Sessions differ more than chance by the factor (design effect) new ${figure(rate.designEffects[1])}, old ${figure(rate.designEffects[0])}; trials are divided by it`,
    )
    if (comparison.difference !== undefined) {
      const { low, estimate, high } = comparison.difference
      lines.push(
        `  4. Difference ${figure(estimate)} percentage points, Newcombe's interval at one-sided ${verdictAlpha}: [${figure(low)}, ${figure(high)}]`,
      )
    }
  }
  if (quantity === null && rate === null) {
    lines.push(`  2. A count is compared exactly: ${figure(comparison.old)} to ${figure(comparison.new)}`)
  }
  lines.push(...reason(judgement))
  if (comparison.severity !== null && comparison.ratio !== null) lines.push(severityLine(judgement, policy))
  lines.push(...comparison.warnings.map(({ text }) => `  ! ${text}`))
  return lines
}

function explainQuantity(
  quantity: QuantityComparison,
  { comparison, delta }: MetricJudgement,
  { threshold }: JudgePolicy,
): string[] {
  const { steps, estimate } = quantity
  const m = steps.old.length
  const sign = comparison.direction === 'lower' ? '' : 'negative '
  const less = steps.calibrated
    ? `, less the calibration log of the session (the machine is ${figure(Math.expm1(Math.abs(steps.machineSlower)) * 100)} % ${steps.machineSlower < 0 ? 'faster' : 'slower'} now)`
    : ''
  const lines = [`  2. Their ${sign}natural logarithms${less}`]
  lines.push(`       new  ${steps.next.map(log).join('  ')}`)
  for (const { id, logs } of steps.old) lines.push(`       old  ${logs.map(log).join('  ')}   (${id})`)
  if (steps.beforeChange > 0) {
    lines.push(`       (the level changed after the ${steps.beforeChange} runs before these; they are left out)`)
  }
  if (quantity.obstacle !== null) return lines
  const all = [...steps.old.map(({ id, logs }) => ({ name: `old ${id}`, logs })), { name: 'new', logs: steps.next }]
  lines.push('  3. 20 %-trimmed means; g = floor(.2 K) values are left out at either end, h = K - 2g remain')
  all.forEach(({ name, logs }) => {
    const { n, kept, mean } = trimmedSample(logs)
    lines.push(`       ${name}: K = ${n}, h = ${kept}, mean ${log(mean)}`)
  })
  lines.push(
    `       change = new - ${m > 1 ? 'mean of old' : 'old'} = ${log(estimate.centre)}, worse is positive; as a ratio new/old ${figure(comparison.ratio)}`,
  )
  lines.push(
    '  4. Variance; s is the winsorised deviation, d = (K - 1) s^2 / (h (h - 1)) with h - 1 degrees of freedom',
  )
  all.forEach(({ name, logs }, index) => {
    const { winsorisedDeviation } = trimmedSample(logs)
    const side = steps.sides[index]!
    const share = index < m && m > 1 ? `, of which 1/${m ** 2} counts` : ''
    const deviation =
      index === m && steps.deviationOfRun !== null
        ? `${figure(steps.deviationOfRun)} over all sessions of the run (${figure(winsorisedDeviation)} of these alone)`
        : figure(winsorisedDeviation)
    lines.push(`       ${name}: s = ${deviation}, d = ${figure(side.variance)} (${side.degreesOfFreedom} df)${share}`)
  })
  const { tau, degreesOfFreedom, from } = steps.spread
  if (from === 'exact values') lines.push('       values do not vary: exact comparison')
  else {
    const origin =
      from === 'stored runs'
        ? `seen between ${m} stored runs and expected of such machines`
        : `expected of two runs (${from})`
    const times =
      steps.wholeOverPart > 1 ? `, ${figure(steps.wholeOverPart)} times that of the whole it is a part of` : ''
    lines.push(
      `       between runs: tau = ${figure(tau)}, ${origin}${times}; tau^2 (1 + 1/${m}) = ${figure(tau ** 2 * (1 + 1 / m))} (${degreesOfFreedom} df)`,
    )
  }
  lines.push(
    `       standard error = square root of their sum = ${figure(estimate.standardError)}, ${figure(estimate.degreesOfFreedom)} degrees of freedom (Satterthwaite)`,
  )
  if (estimate.standardError > 0) {
    const t = studentTQuantile(1 - verdictAlpha, estimate.degreesOfFreedom)
    const half = t * estimate.standardError
    lines.push(
      `  5. Interval at one-sided ${verdictAlpha}: t = ${figure(t)}; ${log(estimate.centre)} +- ${log(half)} = [${log(estimate.centre - half)}, ${log(estimate.centre + half)}]; as new/old [${comparison.interval?.map(figure).join(', ') ?? 'none'}]`,
    )
  }
  lines.push(
    `       threshold ${figure(Math.expm1(delta) * 100)} %${Math.abs(Math.expm1(delta) * 100 - threshold) > 1e-9 ? " (the benchmark's own, or another machine's)" : ''} = ln ${figure(Math.exp(delta))} = ${log(delta)}; smallest slowdown found with 80 % power ${figure(comparison.detectable)} %`,
  )
  return lines
}

function reason({ change, delta, comparison }: MetricJudgement): string[] {
  if (change === null) return [`  => ${comparison.verdict}: no interval can be formed`]
  const low = `low ${log(change.low)}`
  const high = `high ${log(change.high)}`
  const estimate = `estimate ${log(change.estimate)}`
  switch (comparison.verdict) {
    case 'regressed':
      return [`  => regressed: ${low} > 0 and ${estimate} > ${log(delta)}`]
    case 'improved':
      return [`  => improved: ${high} < 0 and ${estimate} < -${log(delta)}`]
    case 'unchanged':
      return [`  => unchanged: the interval [${log(change.low)}, ${log(change.high)}] lies within +-${log(delta)}`]
    default:
      return [
        `  => inconclusive: [${log(change.low)}, ${log(change.high)}] neither lies within +-${log(delta)} nor clears 0 with the estimate beyond ${log(delta)}, or a doubt below stands against it`,
      ]
  }
}

function severityLine({ change, comparison, rate }: MetricJudgement, { severity }: JudgePolicy): string {
  const limits = rate === null ? severity : rateSeverityLimits(severity)
  const worse =
    change === null
      ? Math.abs((comparison.ratio ?? 1) - 1)
      : rate === null
        ? Math.expm1(change.estimate)
        : change.estimate
  const begins = (['medium', 'high', 'critical'] as const).map((name) => `${name} above ${figure(limits[name])}`)
  return `  => severity ${comparison.severity}: ${figure(worse * 100)} ${rate === null ? '%' : 'points'} worse (${begins.join(', ')})`
}

function summary({ ratio, interval, verdict }: MetricComparison): string {
  if (ratio === null) return verdict
  return `${verdict}, ratio ${figure(ratio)}${interval === null ? '' : ` [${interval.map(figure).join(', ')}]`}`
}

function log(value: number): string {
  return value.toFixed(5).replace(/^-(0\.0+)$/, '$1')
}

function figure(value: number | null): string {
  return value === null ? 'none' : String(Number(value.toPrecision(5)))
}
