import type { BenchmarkStatistics, Report } from '../judge/report.ts'
import type { Metric, Unit } from '../run/metric.ts'
import type { Run, Session } from '../run/run.ts'
import { mean } from '../statistics/mean.ts'
import { sorted } from '../statistics/sorted.ts'
import type { Fact, HotFunction } from './analysis.ts'

/** What is known of one benchmark, gathered from its sessions once for all rules of the analysis. */
export interface Figures {
  key: string
  category: string
  statistics: BenchmarkStatistics
  /** Times of single iterations or batches of all sessions, ascending, ns. */
  samplesNs: readonly number[]
  /** Every metric, averaged over the sessions. */
  metrics: Record<string, Fact>
  failures: Record<string, number>
  sessions: readonly Session[]
  hotFunctions: HotFunction[]
}

/** The figures of every benchmark that was measured in this run. */
export function gatherFigures(run: Run, report: Report): Figures[] {
  const statistics = new Map(report.benchmarks.map((benchmark) => [benchmark.key, benchmark.statistics]))
  return run.benchmarks.flatMap(({ key, category, sessions }) => {
    const known = statistics.get(key)
    if (known === undefined || known === null || known.iterations === 0) return []
    return [
      {
        key,
        category: category ?? '',
        statistics: known,
        samplesNs: sorted(sessions.flatMap((session) => session.samplesNs)),
        metrics: averageMetrics(sessions),
        failures: sumFailures(sessions),
        sessions,
        hotFunctions: rankFunctions(sessions),
      },
    ]
  })
}

/** The first metric whose name matches; null when the benchmark has none. */
export function findMetric(figures: Figures, name: RegExp): Fact | null {
  const found = Object.entries(figures.metrics).find(([candidate]) => name.test(candidate))
  return found === undefined ? null : found[1]
}

/** Mean over the sessions that have the figure; null when none has. */
export function averageOf(figures: Figures, pick: PickFigure): number | null {
  const values = pickAll(figures, pick)
  return values.length === 0 ? null : mean(values)
}

/** Largest over the sessions that have the figure; null when none has. */
export function largestOf(figures: Figures, pick: PickFigure): number | null {
  const values = pickAll(figures, pick)
  return values.length === 0 ? null : Math.max(...values)
}

type PickFigure = (session: Session) => number | null | undefined

function pickAll({ sessions }: Figures, pick: PickFigure): number[] {
  return sessions.map(pick).filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[]
}

function averageMetrics(sessions: readonly Session[]): Record<string, Fact> {
  const lists = new Map<string, { title: string; unit: Unit; values: number[] }>()
  for (const session of sessions) {
    for (const [name, metric] of Object.entries(session.metrics)) {
      const value = metricValue(metric)
      if (!Number.isFinite(value)) continue
      const list = lists.get(name) ?? { title: metric.title, unit: metric.unit, values: [] }
      list.values.push(value)
      lists.set(name, list)
    }
  }
  return Object.fromEntries(
    [...lists].map(([name, { title, unit, values }]) => [name, { title, unit, value: mean(values) }]),
  )
}

/** The figure as shown: rates as per cent. */
export function metricValue(metric: Metric): number {
  return metric.kind === 'rate' ? (100 * metric.numerator) / metric.denominator : metric.value
}

function sumFailures(sessions: readonly Session[]): Record<string, number> {
  const sums = new Map<string, number>()
  for (const { failures } of sessions) {
    for (const [kind, count] of Object.entries(failures)) sums.set(kind, (sums.get(kind) ?? 0) + count)
  }
  return Object.fromEntries([...sums].toSorted(([, a], [, b]) => b - a))
}

/** Self time averaged over the profiled sessions; a function that a session's list lacks counts 0 there. */
function rankFunctions(sessions: readonly Session[]): HotFunction[] {
  const profiles = sessions.flatMap(({ probes }) => (probes.profile === undefined ? [] : [probes.profile.top]))
  const functions = new Map<string, HotFunction>()
  for (const top of profiles) {
    for (const { name, url: location, line, selfPercent } of top) {
      const url = location.replace(/^file:\/\//, '')
      const place = `${name}\0${url}\0${line}`
      const known = functions.get(place) ?? { name, url, line, selfPercent: 0 }
      functions.set(place, { ...known, selfPercent: known.selfPercent + selfPercent / profiles.length })
    }
  }
  return [...functions.values()].toSorted((a, b) => b.selfPercent - a.selfPercent)
}
