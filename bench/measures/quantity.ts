import type { Quantity, Unit } from '../../plugin/run/metric.ts'

/** A figure that informs, unless `gate` says that its verdict counts. Sizes are compared as ratios, so nothing is below `least`. */
export function quantity(
  title: string,
  value: number,
  unit: Unit,
  {
    direction = 'lower',
    gate = false,
    least = 1,
    partOf,
  }: { direction?: 'lower' | 'higher'; gate?: boolean; least?: number; partOf?: string } = {},
): Quantity {
  const size = Math.max(least, value)
  return { kind: 'quantity', title, direction, gate, value: size, unit, ...(partOf !== undefined && { partOf }) }
}
