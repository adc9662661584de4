import type { Fact, Opportunity } from '../analysis.ts'
import type { Figures } from '../figures.ts'
import { percentRange } from './percent-range.ts'
import { ratePriority } from './rate-priority.ts'

/** Latency at n over latency at 1 from which requests clearly wait for one another. */
const waitingFactor = 2
/** Throughput growing by less than this from one level to the next has reached its ceiling. */
const growthFactor = 1.1

export interface Level {
  concurrency: number
  figures: Figures
  throughput: number | null
}

/** The cases of one benchmark at rising concurrency (`concurrent_1`, `concurrent_5`, …), by what stands after the number. */
export function concurrencyLevels(all: readonly Figures[]): Level[][] {
  const series = new Map<string, Level[]>()
  for (const figures of all) {
    const [, before, number, after] = /^(concurrent_)(\d+)(.*)$/.exec(figures.key) ?? []
    if (number === undefined) continue
    const name = `${before}${after}`
    const level = { concurrency: Number(number), figures, throughput: figures.statistics.throughputPerSecond }
    series.set(name, [...(series.get(name) ?? []), level])
  }
  return [...series.values()].map((levels) => levels.toSorted((a, b) => a.concurrency - b.concurrency))
}

/** Requests that wait for one another while the throughput no longer grows. */
export function reduceContention(all: readonly Figures[]): Opportunity[] {
  return concurrencyLevels(all).flatMap((levels) => {
    const alone = levels.find(({ concurrency }) => concurrency === 1)
    const worst = findCeiling(levels)
    if (alone === undefined || worst === null) return []
    const contention = worst.level.figures.statistics.averageMs / alone.figures.statistics.averageMs
    if (!(contention >= waitingFactor)) return []
    const high = 100 * (1 - 1 / contention)
    const gainPercent = { low: 100 * (1 - waitingFactor / contention), high }
    return [
      {
        key: worst.level.figures.key,
        kind: 'contention',
        priority: ratePriority(gainPercent, 'medium'),
        effort: 'medium' as const,
        effortReason: 'what the requests wait for has to be found: a limit, a lock or the CPU',
        opportunity: `Requests wait for one another: no more throughput from ${worst.previous.concurrency} to ${worst.level.concurrency} at once`,
        potential: `Reduce latency at ${worst.level.concurrency} by ${percentRange(gainPercent)}, to twice or once that of a lone request`,
        gainPercent,
        facts: contentionFacts(alone, worst),
      },
    ]
  })
}

interface Ceiling {
  previous: Level
  level: Level
}

/** The first level that brings hardly more throughput than the one before; null when all do. */
export function findCeiling(levels: readonly Level[]): Ceiling | null {
  for (const [index, level] of levels.entries()) {
    const previous = levels[index - 1]
    if (previous === undefined || previous.throughput === null || level.throughput === null) continue
    if (level.throughput < growthFactor * previous.throughput) return { previous, level }
  }
  return null
}

export function contentionFacts(alone: Level, { previous, level }: Ceiling): Fact[] {
  return [
    { title: 'Latency of a lone request', value: alone.figures.statistics.averageMs * 1e6, unit: 'ns' },
    { title: `Latency at ${level.concurrency}`, value: level.figures.statistics.averageMs * 1e6, unit: 'ns' },
    { title: `Throughput at ${previous.concurrency}`, value: previous.throughput!, unit: '1/s' },
    { title: `Throughput at ${level.concurrency}`, value: level.throughput!, unit: '1/s' },
  ]
}
