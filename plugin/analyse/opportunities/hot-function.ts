import type { Opportunity } from '../analysis.ts'
import { averageOf, type Figures } from '../figures.ts'
import { percentRange } from './percent-range.ts'
import { ratePriority } from './rate-priority.ts'

const dominantPercent = 25
const foreign = /^node:|\/node_modules\/|^$|^\(/

/** One function that dominates the CPU profile (Amdahl's law gives the bounds). */
export function speedUpHotFunction(figures: Figures): Opportunity[] {
  const [hottest] = figures.hotFunctions
  if (hottest === undefined || hottest.selfPercent < dominantPercent) return []
  // The share is of CPU time; a benchmark that mostly waits gains no more than the CPU's part of its time.
  const cpu = averageOf(figures, ({ probes }) => probes.cpu?.percentOfCore)
  const share = (hottest.selfPercent * Math.min(100, cpu ?? 100)) / 100
  if (share < 5) return []
  const gainPercent = { low: share / 2, high: share }
  const own = !foreign.test(hottest.url)
  const effort = own ? 'low' : 'high'
  return [
    {
      key: figures.key,
      kind: 'hot-function',
      priority: ratePriority(gainPercent, effort),
      effort,
      effortReason: own ? 'one function of the project' : 'the function belongs to the runtime or a dependency',
      opportunity: `${hottest.name} (${hottest.url === '' ? 'native' : `${hottest.url}:${hottest.line}`}) dominates the CPU profile`,
      potential: `Reduce the time by ${percentRange(gainPercent)} if it were twice as fast, or not needed`,
      gainPercent,
      facts: [
        { title: `Self time of ${hottest.name}`, value: hottest.selfPercent, unit: '%' },
        ...(cpu === null ? [] : [{ title: 'CPU used while measuring', value: cpu, unit: '%' as const }]),
      ],
    },
  ]
}
