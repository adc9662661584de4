import type { Metric } from '../run/metric.ts'
import type { Metadata } from './bench-options.ts'
import { isFacts } from './check-options.ts'
import { BenchOptionError } from './settings.ts'

const units = new Set<unknown>(['ns', 'B', '1/s', '%', '1'] satisfies Metric['unit'][])

/**
 * What a benchmark's own functions gave at the end. One figure that JSON cannot hold would make the whole stored run unreadable.
 * @throws BenchOptionError naming the benchmark and the figure or fact.
 */
export function checkExtras(benchmark: string, metrics: Record<string, Metric>, metadata: Metadata): void {
  if (typeof metrics !== 'object' || metrics === null || Array.isArray(metrics)) {
    throw new BenchOptionError(benchmark, 'metrics', metrics, 'must give an object of figures')
  }
  for (const [figure, metric] of Object.entries(metrics)) {
    const wrong = whatIsWrong(metric)
    if (wrong !== null) throw new BenchOptionError(benchmark, `metrics.${figure}`, metric, wrong)
  }
  if (!isFacts(metadata)) {
    const wanted = 'must give an object of texts, numbers, booleans and null'
    throw new BenchOptionError(benchmark, 'metadata', metadata, wanted)
  }
}

function whatIsWrong(metric: unknown): string | null {
  if (typeof metric !== 'object' || metric === null) return 'must be a figure such as { kind: "quantity", value: 1, … }'
  const { kind, title, direction, gate, unit, value, partOf, numerator, denominator } = metric as Record<
    string,
    unknown
  >
  if (kind !== 'quantity' && kind !== 'rate' && kind !== 'count') return '`kind` must be "quantity", "rate" or "count"'
  if (typeof title !== 'string') return '`title` must be a text'
  if (direction !== 'lower' && direction !== 'higher') return '`direction` must be "lower" or "higher"'
  if (typeof gate !== 'boolean') return '`gate` must be true or false'
  if (!units.has(unit) || (kind === 'rate' && unit !== '%')) {
    return kind === 'rate' ? '`unit` must be "%"' : `\`unit\` must be one of ${[...units].join(', ')}`
  }
  if (partOf !== undefined && (kind !== 'quantity' || typeof partOf !== 'string')) {
    return '`partOf` must be the name of a figure, and belongs to a quantity'
  }
  const numbers = kind === 'rate' ? { numerator, denominator } : { value }
  for (const [field, number] of Object.entries(numbers)) {
    if (!Number.isFinite(number)) return `\`${field}\` must be a finite number`
  }
  return null
}
