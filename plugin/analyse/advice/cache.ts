import { type Figures, findMetric } from '../figures.ts'
import { isCache, lowHitRate, lowHitRatePercent } from '../opportunities/cache.ts'
import { type AreaRule, averageFact, supported } from './rule.ts'

/** A hit rate under 80 %, cases that miss by design aside. */
export const cacheRule: AreaRule = {
  area: 'cache',
  title: 'Cache',
  find(all) {
    const [worst] = all
      .filter(isCache)
      .flatMap((figures) => {
        const cause = lowHitRate(figures)
        return cause === null ? [] : [{ figures, cause }]
      })
      .toSorted((a, b) => a.cause.value - b.cause.value)
    return worst === undefined ? null : { ...worst, limit: { title: 'Wanted', value: lowHitRatePercent, unit: '%' } }
  },
  advice: [
    {
      text: 'Enlarge the cache: it holds what does not fit only by throwing other entries out',
      facts({ figures }) {
        const evictions = findMetric(figures, /evict/i)
        return supported(evictions !== null && evictions.value > 0, evictions)
      },
    },
    {
      text: 'Choose a smarter eviction: with evictions the hit rate is far under that of the warm cache',
      facts({ figures, cause }, all) {
        const warm = caseOf(all, /_warm\b/)
        const rate = warm === undefined || warm === figures ? null : findMetric(warm, /hit_?rate/i)
        return supported(
          /evict/.test(figures.key) && rate !== null && rate.value >= cause.value + 10,
          rate === null ? null : { ...rate, title: 'Hit rate of the warm cache' },
        )
      },
    },
    {
      text: 'Pre-warm it: the first lookups cost far more than later ones',
      facts(_, all) {
        const [cold, warm] = [caseOf(all, /_cold\b/), caseOf(all, /_warm\b/)]
        return supported(
          cold !== undefined && warm !== undefined && cold.statistics.averageMs >= 2 * warm.statistics.averageMs,
          cold === undefined ? null : { ...averageFact(cold), title: 'Average cold' },
          warm === undefined ? null : { ...averageFact(warm), title: 'Average warm' },
        )
      },
    },
    {
      text: 'Load predictively what is asked for next: each miss adds its whole penalty',
      facts({ figures }) {
        const penalty = findMetric(figures, /miss_?penalty/i)
        return supported(penalty !== null && penalty.value > 0, penalty)
      },
    },
  ],
}

function caseOf(all: readonly Figures[], name: RegExp): Figures | undefined {
  return all.find((figures) => isCache(figures) && name.test(figures.key))
}
