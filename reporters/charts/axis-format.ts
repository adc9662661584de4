/**
 * The formatter behind a name such as `@duration` in a chart description. It stands alone, since the HTML report carries its
 * source to the browser.
 * @example axisFormat('@duration')(20_000_000) // '20 ms'
 */
export function axisFormat(name: string): (value: number) => string {
  const scaled = (value: number, base: number, units: string[]) => {
    if (!Number.isFinite(value)) return '–'
    const size = Math.abs(value)
    let power = 0
    while (power < units.length - 1 && size >= base ** (power + 1) * 0.99999999) power += 1
    return `${Number((value / base ** power).toPrecision(4))} ${units[power]}`
  }
  switch (name) {
    case '@duration':
      return (value) =>
        Math.abs(value) >= 1e9 ? `${Number((value / 1e9).toPrecision(4))} s` : scaled(value, 1000, ['ns', 'µs', 'ms'])
    case '@bytes':
      return (value) => scaled(value, 1000, ['B', 'kB', 'MB', 'GB', 'TB'])
    case '@percent':
      return (value) => `${Number(value.toPrecision(6))}%`
    case '@rate':
      return (value) => `${Number(value.toPrecision(4))}/s`
    case '@times':
      return (value) => `${Number(value.toPrecision(4))}×`
    default:
      return (value) => String(Number(value.toPrecision(6)))
  }
}
