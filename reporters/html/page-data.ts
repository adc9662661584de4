import type { Chart } from '../charts/chart.ts'
import { colours } from '../charts/colours.ts'
import { plainText } from '../plain-text.ts'
import type { HtmlInput } from './html-input.ts'
import { thin } from './small-charts.ts'

const mostSamples = 150
const mostRuns = 150

/** What the script of the page works with; texts are plain, since the script shows them as text. */
export function pageData({ run, trends }: HtmlInput, charts: readonly Chart[]) {
  const runs = new Map<string, { id: string; startedAt: string; commit: string | null }>()
  for (const { series } of trends) {
    for (const { id, startedAt, commit } of series.points) runs.set(id, { id, startedAt, commit })
  }
  const ordered = [...runs.values()].toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1)).slice(-mostRuns)
  const place = new Map(ordered.map(({ id }, index) => [id, index]))
  return {
    colours,
    charts: charts.map(({ name, option, height }) => ({ name, option, height })),
    benchmarks: run.benchmarks.map(({ key, sessions }) => ({
      key: plainText(key),
      // Seconds do not matter here, order and level do: five digits are enough.
      sessions: sessions.map(({ samplesNs }) =>
        thin(samplesNs, Math.ceil(mostSamples / sessions.length)).map(({ value }) => fiveDigits(value)),
      ),
    })),
    runs: ordered.map(({ id, startedAt, commit }) => ({
      id: plainText(id),
      startedAt,
      commit: commit?.slice(0, 7) ?? null,
    })),
    history: trends.map(({ series, changes }) => ({
      key: plainText(series.key),
      unit: series.unit,
      // One value per run, null where the benchmark did not run.
      values: series.points.reduce<(number | null)[]>((values, { id, value }) => {
        const index = place.get(id)
        if (index !== undefined) values[index] = fiveDigits(value)
        return values
      }, Array<number | null>(ordered.length).fill(null)),
      changes: changes.flatMap(({ point }) => place.get(point.id) ?? []),
    })),
  }
}

function fiveDigits(value: number): number {
  return Number(value.toPrecision(5))
}
