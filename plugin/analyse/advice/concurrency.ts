import type { Fact } from '../analysis.ts'
import { averageOf } from '../figures.ts'
import { concurrencyLevels, contentionFacts, findCeiling, type Level } from '../opportunities/contention.ts'
import { processorShare } from './processor.ts'
import { type AreaRule, type Finding, supported } from './rule.ts'

/** MISSION.md: over 100 requests per second at 10 at once. */
const wantedPerSecond = 100
/** Latency at n over latency at 1 that counts as poor, at any rate of requests. */
const poorContention = 3

/** Poor concurrency: too few requests per second at 10 at once, or requests that wait for one another. */
export const concurrencyRule: AreaRule = {
  area: 'concurrency',
  title: 'Concurrency',
  find: (all) => concurrencyLevels(all).flatMap((levels) => judgeLevels(levels) ?? [])[0] ?? null,
  advice: [
    {
      text: 'Raise the size of the worker pool: more requests at once bring no more throughput, and the CPU is not busy',
      facts({ figures }, all) {
        const found = ceilingOf(figures.key, all)
        const busy = averageOf(figures, ({ probes }) => probes.cpu?.percentOfCore)
        return supported(
          found !== null && busy !== null && busy < 70,
          ...(found ?? []),
          busy === null ? null : { title: 'CPU used', value: busy, unit: '%' },
        )
      },
    },
    {
      text: 'Reduce lock contention: latency rises with concurrency although most of it is waiting',
      facts({ figures }, all) {
        const processor = processorShare(figures)
        const found = ceilingOf(figures.key, all)
        return supported(
          found !== null && processor !== null && processor.percent < 50,
          ...(found ?? []).slice(0, 2),
          processor?.fact ?? null,
        )
      },
    },
    {
      text: 'Use asynchronous patterns: synchronous work blocks the event loop',
      facts({ figures }) {
        const delayMs = averageOf(figures, ({ probes }) => probes.eventLoop?.delayP99Ms)
        return supported(
          delayMs !== null && delayMs >= 20,
          delayMs === null ? null : { title: 'Event-loop delay p99', value: delayMs * 1e6, unit: 'ns' },
        )
      },
    },
    {
      text: 'Batch requests: the CPU is busy with the cost of single ones',
      facts({ figures }) {
        const busy = averageOf(figures, ({ probes }) => probes.cpu?.percentOfCore)
        return supported(
          busy !== null && busy >= 70,
          busy === null ? null : { title: 'CPU used', value: busy, unit: '%' },
          processorShare(figures)?.fact ?? null,
        )
      },
    },
  ],
}

function judgeLevels(levels: readonly Level[]): Finding | null {
  const ten = levels.find(({ concurrency }) => concurrency === 10)
  if (ten !== undefined && ten.throughput !== null && ten.throughput < wantedPerSecond) {
    return {
      figures: ten.figures,
      cause: { title: 'Throughput at 10', value: ten.throughput, unit: '1/s' },
      limit: { title: 'Wanted', value: wantedPerSecond, unit: '1/s' },
    }
  }
  const alone = levels.find(({ concurrency }) => concurrency === 1)
  const ceiling = findCeiling(levels)
  if (alone === undefined || ceiling === null) return null
  const contention = ceiling.level.figures.statistics.averageMs / alone.figures.statistics.averageMs
  if (!(contention > poorContention)) return null
  return {
    figures: ceiling.level.figures,
    cause: { title: `Latency at ${ceiling.level.concurrency} over latency at 1`, value: contention, unit: '1' },
    limit: { title: 'Limit', value: poorContention, unit: '1' },
  }
}

function ceilingOf(key: string, all: Parameters<typeof concurrencyLevels>[0]): Fact[] | null {
  const levels = concurrencyLevels(all).find((series) => series.some(({ figures }) => figures.key === key))
  const alone = levels?.find(({ concurrency }) => concurrency === 1)
  const ceiling = findCeiling(levels ?? [])
  return alone === undefined || ceiling === null ? null : contentionFacts(alone, ceiling)
}
