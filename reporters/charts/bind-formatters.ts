import { axisFormat } from './axis-format.ts'

/** A copy of a chart option in which every formatter named `@…` is the function. */
export function bindFormatters(option: unknown): unknown {
  if (Array.isArray(option)) return option.map(bindFormatters)
  if (typeof option !== 'object' || option === null) return option
  return Object.fromEntries(
    Object.entries(option).map(([key, value]) => [
      key,
      key === 'formatter' && typeof value === 'string' && value.startsWith('@')
        ? axisFormat(value)
        : bindFormatters(value),
    ]),
  )
}
