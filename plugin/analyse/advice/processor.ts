import type { Fact } from '../analysis.ts'
import { averageOf, type Figures } from '../figures.ts'

/** CPU time per call and its share of the wall time of a call; null when the probe did not run. */
export function processorShare(figures: Figures): { fact: Fact; percent: number } | null {
  const micros = averageOf(figures, ({ probes }) => probes.cpu?.microsPerOperation)
  if (micros === null || figures.statistics.averageMs <= 0) return null
  return {
    fact: { title: 'CPU time per call', value: micros * 1000, unit: 'ns' },
    percent: micros / 10 / figures.statistics.averageMs,
  }
}
