/** @example percentRange({ low: 50.2, high: 69.8 }) // '50-70%' */
export function percentRange({ low, high }: { low: number; high: number }): string {
  const [from, to] = [Math.round(low), Math.round(high)]
  return from === to ? `${to}%` : `${from}-${to}%`
}
