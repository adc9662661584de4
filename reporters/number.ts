/** All numbers of all reports pass through here, so that the same figure reads the same everywhere. */

const durationUnits = [
  { unit: 'ns', ns: 1 },
  { unit: 'µs', ns: 1e3 },
  { unit: 'ms', ns: 1e6 },
  { unit: 's', ns: 1e9 },
] as const

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/**
 * A duration in the unit that suits it.
 * @example formatDuration(1_234_567) // '1.235 ms'
 */
export function formatDuration(nanoseconds: number): string {
  if (!Number.isFinite(nanoseconds)) return '–'
  const size = Math.abs(nanoseconds)
  const { unit, ns } = durationUnits.findLast((candidate) => size >= candidate.ns) ?? durationUnits[0]
  return `${significant(nanoseconds / ns, 4)} ${unit}`
}

/**
 * A duration in milliseconds, as the analysis blocks show it: three decimals, more below a millisecond.
 * @example formatMilliseconds(2.456) // '2.456ms'
 * @example formatMilliseconds(0.00123456) // '0.001235ms'
 */
export function formatMilliseconds(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return '–'
  const size = Math.abs(milliseconds)
  if (size === 0 || size >= 1) return `${milliseconds.toFixed(3)}ms`
  return `${milliseconds.toFixed(Math.min(12, 3 - Math.floor(Math.log10(size))))}ms`
}

/** @example formatBytes(1_500_000) // '1.50 MB' */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return '–'
  const power = Math.min(byteUnits.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, Math.abs(bytes))) / 3)))
  return `${power === 0 ? Math.round(bytes) : significant(bytes / 1000 ** power, 3)} ${byteUnits[power]}`
}

/** @example formatRate(123456.7) // '123,457/s' */
export function formatRate(perSecond: number): string {
  if (!Number.isFinite(perSecond)) return '–'
  return `${perSecond >= 1000 ? groupThousands(Math.round(perSecond)) : significant(perSecond, 4)}/s`
}

/** @example formatPercent(99.5) // '99.5%' */
export function formatPercent(percent: number, decimals = 1): string {
  return Number.isFinite(percent) ? `${percent.toFixed(decimals)}%` : '–'
}

/**
 * A change as signed per cent of the old value.
 * @example formatChange(2.086) // '+108.6%'
 */
export function formatChange(ratio: number): string {
  if (!Number.isFinite(ratio)) return '–'
  const percent = (ratio - 1) * 100
  return `${percent >= 0 ? '+' : '−'}${Math.abs(percent).toFixed(1)}%`
}

/** A value in the unit of its metric. */
export function formatInUnit(value: number, unit: string): string {
  switch (unit) {
    case 'ns':
      return formatDuration(value)
    case 'B':
      return formatBytes(value)
    case '1/s':
      return formatRate(value)
    case '%':
      return formatPercent(value, 2)
    default:
      return Number.isFinite(value) ? groupThousands(Number(value.toPrecision(6))) : '–'
  }
}

/**
 * Rounds to the given number of significant digits, without an exponent.
 * @example significant(0.0012345, 3) // '0.00123'
 */
function significant(value: number, digits: number): string {
  if (value === 0) return '0'
  const decimals = Math.max(0, Math.min(20, digits - 1 - Math.floor(Math.log10(Math.abs(value)))))
  return value.toFixed(decimals)
}

function groupThousands(value: number): string {
  const [whole = '', fraction] = String(value).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}
