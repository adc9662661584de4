/** One metric of one benchmark over stored runs, oldest first. */
export interface Series {
  key: string
  metric: string
  title: string
  unit: string
  direction: 'lower' | 'higher'
  points: SeriesPoint[]
}

export interface SeriesPoint {
  id: string
  startedAt: string
  commit: string | null
  value: number
}

/** The part of a stored run that series are made of; `HistoryEntry` is one. */
export interface StoredRun {
  id: string
  startedAt: string
  commit: string | null
  machineClass: string
  profile: string
  benchmarks: readonly {
    key: string
    metrics: readonly { name: string; title: string; unit: string; direction: 'lower' | 'higher'; value: number }[]
  }[]
}

/**
 * The series of one metric, per benchmark, from runs on one class of machines in one profile: figures of others would look like
 * changes of the code.
 */
export function collectSeries(
  runs: readonly StoredRun[],
  metric: string,
  alike: { machineClass: string; profile: string },
): Series[] {
  const series = new Map<string, Series>()
  for (const { id, startedAt, commit, machineClass, profile, benchmarks } of runs) {
    if (machineClass !== alike.machineClass || profile !== alike.profile) continue
    for (const { key, metrics } of benchmarks) {
      const found = metrics.find(({ name }) => name === metric)
      if (found === undefined) continue
      const { title, unit, direction, value } = found
      const known = series.get(key)
      const point = { id, startedAt, commit, value }
      if (known === undefined) series.set(key, { key, metric, title, unit, direction, points: [point] })
      else known.points.push(point)
    }
  }
  return [...series.values()]
}

/**
 * The scale on which a series is studied: logarithms where every value is positive (a change is a factor), the values themselves
 * for rates and series with zeros.
 */
export function seriesScale({ unit, points }: Series): { forward(value: number): number; back(value: number): number } {
  const logarithmic = unit !== '%' && points.every(({ value }) => value > 0)
  return logarithmic ? { forward: Math.log, back: Math.exp } : { forward: (value) => value, back: (value) => value }
}
