import type { MetricComparison, Report, Verdict } from '../plugin/judge/report.ts'
import { formatChange } from './number.ts'

/** A mark beside each verdict, so that colour is never needed to read it. */
export const verdictMarks: Record<Verdict, string> = {
  regressed: '✗',
  improved: '✓',
  unchanged: '~',
  inconclusive: '?',
  'no-baseline': '·',
}

/** Counts of verdicts in a fixed order: `1 regressed, 2 unchanged`. */
export function countVerdicts(report: Report): string {
  const order: Verdict[] = ['regressed', 'inconclusive', 'improved', 'unchanged', 'no-baseline']
  const compared = report.benchmarks.filter((benchmark) => benchmark.status === 'compared')
  const parts = order.flatMap((verdict) => {
    const count = compared.filter((benchmark) => benchmark.verdict === verdict).length
    return count === 0 ? [] : [`${count} ${verdict}`]
  })
  const added = report.benchmarks.filter((benchmark) => benchmark.status === 'new').length
  const removed = report.benchmarks.filter((benchmark) => benchmark.status === 'removed').length
  if (added > 0) parts.push(`${added} new`)
  if (removed > 0) parts.push(`${removed} removed`)
  return parts.length === 0 ? 'nothing measured' : parts.join(', ')
}

/** The answer as one sentence. */
export function verdictSentence(report: Report): string {
  const { baseline, verdict } = report
  if (baseline.kind === 'none') return 'No baseline yet, so nothing can be said about a change.'
  if (baseline.kind === 'incompatible') return `No verdict: ${baseline.reason}.`
  const against = `against ${baseline.ref ?? report.run.machineClass}${baseline.commit ? ` (${baseline.commit.slice(0, 7)})` : ''}`
  const counts = `${countVerdicts(report)} ${against}`
  switch (verdict) {
    case 'regressed':
      return report.exitCode === 1
        ? `Slower: ${counts}.`
        : `Slower, but below "${report.failOn}", which would fail the run: ${counts}.`
    case 'improved':
      return `Faster: ${counts}.`
    case 'unchanged':
      return `No slower than before, within ${report.threshold}%: ${counts}.`
    case 'inconclusive':
      return `Can't tell for all of them: ${counts}.`
    case 'no-baseline':
      return `Nothing to compare with: ${counts}.`
  }
}

/**
 * The change of one metric in words.
 * @example describeChange(comparison) // '+4.8% [+1.2%, +8.6%]'
 */
export function describeChange({ ratio, interval, unit, old, new: current }: MetricComparison): string {
  if (unit === '%') {
    if (old === null || current === null) return '–'
    const points = current - old
    return `${points >= 0 ? '+' : '−'}${Math.abs(points).toFixed(1)} pp`
  }
  if (ratio === null) return '–'
  const change = formatChange(ratio)
  return interval === null ? change : `${change} [${formatChange(interval[0])}, ${formatChange(interval[1])}]`
}
