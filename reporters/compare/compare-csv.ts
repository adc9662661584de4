import type { CompareAnswer } from '../../plugin/compare/answer.ts'
import { escapeCsv } from '../escape-csv.ts'

const columns = [
  'benchmark',
  'status',
  'metric',
  'unit',
  'direction',
  'old',
  'new',
  'ratio',
  'low',
  'high',
  'n_old',
  'n_new',
  'verdict',
  'severity',
  'detectable_percent',
  'warnings',
]

/** The answer as CSV, a line per metric, numbers in full. */
export function renderCompareCsv(answer: CompareAnswer): string {
  const lines = answer.benchmarks.flatMap(({ name, status, metrics }) =>
    Object.entries(metrics).map(([metric, each]) =>
      [
        name,
        status,
        metric,
        each.unit,
        each.direction,
        each.old,
        each.new,
        each.ratio,
        each.interval?.[0] ?? null,
        each.interval?.[1] ?? null,
        each.n[0],
        each.n[1],
        each.verdict,
        each.severity,
        each.detectable,
        each.warnings.map(({ code }) => code).join(' '),
      ]
        .map(escapeCsv)
        .join(','),
    ),
  )
  return `${[columns.join(','), ...lines].join('\n')}\n`
}
