import type { HotFunction, Opportunity } from '../analysis.ts'
import { averageOf, type Figures } from '../figures.ts'
import { percentRange } from './percent-range.ts'
import { ratePriority } from './rate-priority.ts'

const dominantPercent = 25
const foreign = /^node:|\/node_modules\/|^$|^\(/

interface Dominated {
  figures: Figures
  hottest: HotFunction
  cpu: number | null
  /** Share of the wall time of a call, per cent. */
  share: number
}

/** Functions that dominate the CPU profile of a benchmark, each once, by the benchmark it weighs on most (Amdahl's law). */
export function speedUpHotFunctions(all: readonly Figures[]): Opportunity[] {
  const byPlace = Map.groupBy(
    all.flatMap((figures) => dominated(figures) ?? []),
    ({ hottest: { name, url, line } }) => `${name}\0${url}\0${line}`,
  )
  return [...byPlace.values()].map((cases) => describe(cases.toSorted((a, b) => b.share - a.share)))
}

function dominated(figures: Figures): Dominated | null {
  const [hottest] = figures.hotFunctions
  if (hottest === undefined || hottest.selfPercent < dominantPercent) return null
  // The share is of CPU time; a benchmark that mostly waits gains no more than the CPU's part of its time.
  const cpu = averageOf(figures, ({ probes }) => probes.cpu?.percentOfCore)
  const share = (hottest.selfPercent * Math.min(100, cpu ?? 100)) / 100
  return share < 5 ? null : { figures, hottest, cpu, share }
}

function describe(cases: readonly Dominated[]): Opportunity {
  const { figures, hottest, cpu, share } = cases[0]!
  const gainPercent = { low: share / 2, high: share }
  const own = !foreign.test(hottest.url)
  const effort = own ? 'low' : 'high'
  return {
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
      ...(cases.length === 1
        ? []
        : [{ title: 'Benchmarks that it dominates', value: cases.length, unit: '1' as const }]),
    ],
  }
}
