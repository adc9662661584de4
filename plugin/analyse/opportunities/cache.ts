import type { Fact, Opportunity } from '../analysis.ts'
import { type Figures, findMetric } from '../figures.ts'
import { percentRange } from './percent-range.ts'
import { ratePriority } from './rate-priority.ts'

/** MISSION.md: a hit rate under 80 % is low. */
export const lowHitRatePercent = 80
/** A miss that costs less than this more than a hit is not worth work. */
const penaltyMs = 1
const penaltyFactor = 5

export const isCache = ({ key, category }: Figures): boolean => category === 'cache_performance' || /^cache_/.test(key)

/** The hit rate of a case where it is a fault: a cold cache misses by design, and so does a case made to evict that never hits. */
export function lowHitRate(figures: Figures): Fact | null {
  const rate = findMetric(figures, /hit_?rate/i)
  if (rate === null || rate.value >= lowHitRatePercent || /_(?:cold|miss)\b/.test(figures.key)) return null
  return rate.value === 0 && /evict/.test(figures.key) ? null : rate
}

/** What a better hit rate or cheaper misses would give, from the measured times of hits and misses. */
export function improveCache(all: readonly Figures[]): Opportunity[] {
  const cases = all.filter(isCache)
  const hit = cases.find(({ key }) => /_(?:warm|hit)\b/.test(key))
  const miss = cases.find(({ key }) => /_(?:cold|miss)\b/.test(key))
  if (hit === undefined || miss === undefined) return []
  return [...raiseHitRate(cases, hit, miss), ...cheapenMisses(hit, miss)]
}

function raiseHitRate(cases: readonly Figures[], hit: Figures, miss: Figures): Opportunity[] {
  const hitMs = hit.statistics.averageMs
  const missMs = miss.statistics.averageMs
  return cases.flatMap((figures) => {
    const rate = lowHitRate(figures)
    if (rate === null || missMs <= hitMs) return []
    const meanAt = (percent: number) => (percent / 100) * hitMs + (1 - percent / 100) * missMs
    const gain = (percent: number) => 100 * (1 - meanAt(percent) / meanAt(rate.value))
    const gainPercent = { low: gain(lowHitRatePercent), high: gain(95) }
    return [
      {
        key: figures.key,
        kind: 'cache-hit-rate',
        priority: ratePriority(gainPercent, 'low'),
        effort: 'low' as const,
        effortReason: 'size and lifetime of the cache are settings',
        opportunity: `Hit rate under ${lowHitRatePercent}%`,
        potential: `Reduce the average lookup by ${percentRange(gainPercent)} with a hit rate of ${lowHitRatePercent}-95%`,
        gainPercent,
        facts: [rate, ...times(hitMs, missMs)],
      },
    ]
  })
}

function cheapenMisses(hit: Figures, miss: Figures): Opportunity[] {
  const hitMs = hit.statistics.averageMs
  const missMs = miss.statistics.averageMs
  const penalty = missMs - hitMs
  if (penalty < penaltyMs || missMs < penaltyFactor * hitMs || miss.samplesNs.length < 20) return []
  const at = (share: number) => miss.samplesNs[Math.floor(share * (miss.samplesNs.length - 1))]! / 1e6
  const gain = (reachedMs: number) => Math.max(0, (100 * (missMs - Math.max(reachedMs, hitMs))) / penalty)
  const gainPercent = { low: gain(at(0.5)), high: gain(at(0.1)) }
  if (gainPercent.high < 10) return []
  return [
    {
      key: 'cache_performance',
      kind: 'cache-miss-penalty',
      priority: ratePriority(gainPercent, 'medium'),
      effort: 'medium',
      effortReason: 'what the slow misses do beyond the fast ones has to be found',
      opportunity: `A miss costs ${(missMs / hitMs).toFixed(0)} times a hit, and misses differ widely`,
      potential: `Reduce cache miss penalty by ${percentRange(gainPercent)}, to what the better half and the best tenth of the misses already cost`,
      gainPercent,
      facts: [
        ...times(hitMs, missMs),
        { title: 'Median miss', value: at(0.5) * 1e6, unit: 'ns' },
        { title: 'Fastest tenth of the misses', value: at(0.1) * 1e6, unit: 'ns' },
      ],
    },
  ]
}

function times(hitMs: number, missMs: number): Fact[] {
  return [
    { title: 'Average hit', value: hitMs * 1e6, unit: 'ns' },
    { title: 'Average miss', value: missMs * 1e6, unit: 'ns' },
  ]
}
