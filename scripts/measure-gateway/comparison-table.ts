import { intervalOf } from '../../plugin/statistics/estimate.ts'
import { median } from '../../plugin/statistics/median.ts'
import { pairedYuen } from '../../plugin/statistics/yuen.ts'
import { escapeMarkdown } from '../../reporters/escape-markdown.ts'
import { formatInUnit } from '../../reporters/number.ts'
import { lanes, type Round } from './measure-round.ts'

/** Figures of the table, by the metric's name, and the benchmarks that they are given of. */
const figures: { title: string; metric: string; of: RegExp }[] = [
  { title: 'median', metric: 'duration_median', of: /^(?!scalability_stress_ramp)/ },
  { title: 'throughput', metric: 'throughput', of: /^(concurrent|scalability_stress)_\d+$/ },
  { title: 'time to first token', metric: 'time_to_first_token', of: /^api_response/ },
  { title: "the client's CPU", metric: 'cpu_average', of: /^resource/ },
  { title: 'maximum throughput', metric: 'max_throughput', of: /_ramp$/ },
]
/** One-sided: the customary 95 % interval. */
const alpha = 0.025

/** The figures as Markdown: medians over the rounds, and the gateway's ratio to the reference with its 95 % interval. */
export function comparisonTable(rounds: readonly Round[]): string {
  const [first] = rounds
  if (first === undefined) throw new Error('Nothing was measured: use --compare first')
  const rows = Object.keys(first.figures.reference).flatMap((key) =>
    figures.filter(({ of }) => of.test(key)).flatMap((figure) => rowOf(key, figure, rounds)),
  )
  const failed = new Map(rounds.flatMap(({ failures }) => failures.map(({ key, error }) => [key, error])))
  const cpuMs = median(rounds.map(({ gatewayCpuMicros }) => gatewayCpuMicros)) / 1000
  return [
    `| benchmark | figure | ${lanes.join(' | ')} | gateway / reference |`,
    '|---|---|--:|--:|--:|--:|',
    ...rows,
    '',
    ...[...failed].map(([key, error]) => `- ${key}: the gateway fails (${escapeMarkdown(error)})`),
    `- CPU of the gateway's process: ${cpuMs.toFixed(2)} ms a request.`,
    `- ${rounds.length === 1 ? 'One round' : `${rounds.length} rounds, medians`}; ${first.machine}, ${first.startedAt.slice(0, 10)}.`,
  ].join('\n')
}

function rowOf(key: string, { title, metric }: (typeof figures)[number], rounds: readonly Round[]): string[] {
  const [straight, reference, gateway] = lanes.map((lane) =>
    rounds.flatMap(({ figures }) => figures[lane][key]?.[metric] ?? []),
  )
  // A benchmark that failed on one side in some round can be compared in none.
  if (reference!.length < rounds.length || gateway!.length < rounds.length) return []
  const cells = [straight!, reference!, gateway!].map((values) =>
    values.length === 0 ? '–' : formatInUnit(median(values.map(({ value }) => value)), reference![0]!.unit),
  )
  const ratios = gateway!.map(({ value }, round) => Math.log(value / reference![round]!.value))
  return [`| \`${key}\` | ${title} | ${cells.join(' | ')} | ${ratioOf(ratios)} |`]
}

/** @param logs of the ratio in each round */
function ratioOf(logs: readonly number[]): string {
  const estimate = pairedYuen(logs)
  if (estimate === null) return Math.exp(median(logs)).toFixed(2)
  const { low, high } = intervalOf(estimate, alpha)
  return `${Math.exp(estimate.centre).toFixed(2)} (${Math.exp(low).toFixed(2)} to ${Math.exp(high).toFixed(2)})`
}
