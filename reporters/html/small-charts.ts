import { escapeHtml } from '../escape-html.ts'
import { formatDuration } from '../number.ts'

const width = 240
const height = 56
const bins = 40

/**
 * Samples as a histogram between their 0.5 and 99.5 per cent quantiles, with the median marked: a few hundred bytes, so that a
 * page can carry one per benchmark.
 * @param ascending samples in ns
 */
export function renderHistogram(ascending: readonly number[]): string {
  if (ascending.length < 2) return ''
  const at = (share: number) => ascending[Math.round(share * (ascending.length - 1))]!
  const [low, high, middle] = [at(0.005), at(0.995), at(0.5)]
  if (!(high > low)) return `<p class="faint">Every sample took ${formatDuration(low)}.</p>`
  const counts = new Array<number>(bins).fill(0)
  for (const value of ascending) {
    if (value >= low && value <= high)
      counts[Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))]! += 1
  }
  const highest = Math.max(...counts)
  const step = width / bins
  const bars = counts
    .map((count, bin) => {
      const bar = Math.round((count / highest) * (height - 4))
      return bar === 0 ? '' : `M${round(bin * step)} ${height}v-${bar}h${round(step - 1)}v${bar}z`
    })
    .join('')
  const x = round(((middle - low) / (high - low)) * width)
  return picture(
    `Histogram of ${ascending.length} samples from ${formatDuration(low)} to ${formatDuration(high)}, median ${formatDuration(middle)}`,
    `<path class="bar" d="${bars}"/><path class="mark" d="M${x} 0V${height}"/>`,
  )
}

/** Values in time order as a line; `marks` are indices at which something changed. */
export function renderLine(values: readonly number[], description: string, marks: readonly number[] = []): string {
  const points = thin(values, 80)
  const finite = points.map(({ value }) => value)
  if (points.length < 2) return ''
  const low = Math.min(...finite)
  const span = Math.max(...finite) - low || 1
  const x = (index: number) => Math.round((index / (values.length - 1)) * width)
  const y = (value: number) => Math.round(height - 3 - ((value - low) / span) * (height - 6))
  const line = points.map(({ index, value }, number) => `${number === 0 ? 'M' : 'L'}${x(index)} ${y(value)}`).join('')
  const changes = marks.map((index) => `M${x(index)} 0V${height}`).join('')
  return picture(
    description,
    `<path class="line" d="${line}"/>${changes === '' ? '' : `<path class="change" d="${changes}"/>`}`,
  )
}

/** At most `most` values: the median of each stretch, so that single outliers do not rule the picture. */
export function thin(values: readonly number[], most: number): { index: number; value: number }[] {
  if (values.length <= most) return values.map((value, index) => ({ index, value }))
  const stretch = values.length / most
  return Array.from({ length: most }, (_, number) => {
    const from = Math.floor(number * stretch)
    const part = values.slice(from, Math.floor((number + 1) * stretch)).toSorted((a, b) => a - b)
    return { index: from, value: part[part.length >> 1]! }
  })
}

function picture(description: string, content: string): string {
  return `<svg class="small" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(description)}">${content}</svg>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
