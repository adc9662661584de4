import type { Quantity, Unit } from '../../plugin/run/metric.ts'
import type { Contestant } from './engines.ts'

/** One line of the comparison. What is aimed at stands in `baseline/targets.json`, by key and figure. */
export interface Row {
  /** Stable key of the benchmark. */
  key: string
  title: string
  figures: Record<string, Quantity>
  /** The figures in words, with what they come from. */
  details: string
  /** What was measured, short enough to be shown with the figures. */
  subject: Omit<Contestant, 'name'>
}

/** One question of the comparison, a minute or two; what the rows' subjects need is there until their report is done. */
export type Section = (report: (row: Row) => void | Promise<void>) => Promise<void>

/** A figure of a row; sizes are positive, so none is below a millionth. */
export function figure(
  title: string,
  value: number,
  unit: Unit = '1',
  direction: Quantity['direction'] = 'lower',
): Quantity {
  return { kind: 'quantity', title, direction, gate: false, value: Math.max(1e-6, value), unit }
}

/** Formats a share as per cent. */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`
}
