const steps = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const longest = 40

/**
 * Values as a line of bars between their smallest and largest; the newest 40.
 * @example sparkline([1, 2, 3]) // '▁▅█'
 */
export function sparkline(values: readonly number[]): string {
  const recent = values.slice(-longest).filter(Number.isFinite)
  const low = Math.min(...recent)
  const high = Math.max(...recent)
  return recent.map((value) => steps[high === low ? 3 : Math.round(((value - low) / (high - low)) * 7)]).join('')
}
