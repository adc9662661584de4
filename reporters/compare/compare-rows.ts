import type { AnsweredMetric, CompareAnswer } from '../../plugin/compare/answer.ts'
import type { Verdict } from '../../plugin/judge/report.ts'
import { formatBytes, formatChange, formatDuration } from '../number.ts'

/** One metric of one benchmark as words; `~` where there is nothing to say. */
export interface CompareRow {
  name: string
  metric: string
  old: string
  next: string
  change: string
  verdict: string
  sessions: string
}

export function compareRows(answer: CompareAnswer): CompareRow[] {
  return answer.benchmarks.flatMap(({ name, status, metrics }) =>
    Object.entries(metrics).map(([metric, each]) => ({
      name,
      metric,
      old: formatValue(each.old, each.unit),
      next: formatValue(each.new, each.unit),
      change: describeChange(each),
      verdict: status === 'compared' ? describeVerdict(each) : status,
      sessions: `${each.n[0]}+${each.n[1]}`,
    })),
  )
}

/** Doubts, each once, with the benchmarks they stand against. */
export function compareDoubts(answer: CompareAnswer): { text: string; benchmarks: string[] }[] {
  const doubts = new Map<string, string[]>()
  for (const { name, metrics } of answer.benchmarks) {
    for (const { text } of Object.values(metrics).flatMap(({ warnings }) => warnings)) {
      const names = doubts.get(text)
      if (names === undefined) doubts.set(text, [name])
      else if (!names.includes(name)) names.push(name)
    }
  }
  return [...doubts].map(([text, benchmarks]) => ({ text, benchmarks }))
}

/** The answer as one sentence, counting metrics. */
export function compareSentence(answer: CompareAnswer, threshold: number): string {
  const order: Verdict[] = ['regressed', 'inconclusive', 'improved', 'unchanged']
  const verdicts = answer.benchmarks.flatMap(({ metrics }) => Object.values(metrics).map(({ verdict }) => verdict))
  const counts = order.flatMap((verdict) => {
    const count = verdicts.filter((each) => each === verdict).length
    return count === 0 ? [] : [`${count} ${verdict}`]
  })
  for (const status of ['new', 'removed'] as const) {
    const count = answer.benchmarks.filter((each) => each.status === status).length
    if (count > 0) counts.push(`${count} ${status}`)
  }
  return `${opening[answer.verdict]} (threshold ${threshold} %): ${counts.join(', ') || 'nothing'}.`
}

const opening: Record<Verdict, string> = {
  regressed: 'Slower',
  improved: 'Faster',
  unchanged: 'No slower than before',
  inconclusive: 'Can’t tell for all of them',
  'no-baseline': 'Nothing to compare',
}

function describeVerdict({ verdict, severity }: AnsweredMetric): string {
  return severity === null ? verdict : `${verdict} (${severity})`
}

function describeChange({ ratio, interval, unit, old, new: next }: AnsweredMetric): string {
  if (unit === '%' && old !== null && next !== null) {
    return `${next >= old ? '+' : '−'}${Math.abs(next - old).toFixed(1)} pp`
  }
  if (ratio === null) return '~'
  const change = formatChange(ratio)
  return interval === null ? change : `${change} [${formatChange(interval[0])}, ${formatChange(interval[1])}]`
}

function formatValue(value: number | null, unit: string): string {
  if (value === null) return '–'
  if (unit === 'ns') return formatDuration(value)
  if (unit === 'B') return formatBytes(value)
  return unit === '1' ? String(Number(value.toPrecision(4))) : `${Number(value.toPrecision(4))} ${unit}`
}
