import { averageOf, findMetric } from '../figures.ts'
import { processorShare } from './processor.ts'
import { type AreaRule, averageFact, supported } from './rule.ts'

const limitMs = 500

/** API requests that average over 500 ms. */
export const latencyRule: AreaRule = {
  area: 'latency',
  title: 'API latency',
  find(all) {
    const [worst] = all
      .filter(({ key, category }) => category === 'api_response_time' || key.startsWith('api_response_'))
      .filter(({ statistics }) => statistics.averageMs > limitMs)
      .toSorted((a, b) => b.statistics.averageMs - a.statistics.averageMs)
    if (worst === undefined) return null
    return {
      figures: worst,
      cause: averageFact(worst),
      limit: { title: 'Limit', value: limitMs * 1e6, unit: 'ns' },
    }
  },
  advice: [
    {
      text: 'Batch requests: each spends most of its time waiting, so that several can share one wait',
      facts({ figures }) {
        const processor = processorShare(figures)
        return supported(processor !== null && processor.percent < 20, processor?.fact ?? null)
      },
    },
    {
      text: 'Coalesce equal requests: many are under way at the same time',
      facts({ figures }) {
        const inFlight = averageOf(figures, ({ load }) => load?.inFlightMax)
        return supported(
          inFlight !== null && inFlight >= 2,
          inFlight === null ? null : { title: 'Requests under way at most', value: inFlight, unit: '1' },
        )
      },
    },
    {
      text: 'Make serialisation cheaper: it shows in the CPU profile',
      facts({ figures }) {
        const found = figures.hotFunctions.find(
          ({ name, selfPercent }) => selfPercent >= 5 && /json|stringify|parse|serial|encode|decode/i.test(name),
        )
        return supported(
          found !== undefined,
          found === undefined ? null : { title: `Self time of ${found.name}`, value: found.selfPercent, unit: '%' },
        )
      },
    },
    {
      text: 'Pool connections: the network takes a good part of the time',
      facts({ figures }) {
        const network = findMetric(figures, /network/i)
        return supported(
          network !== null && network.unit === 'ns' && network.value >= 0.1 * figures.statistics.averageMs * 1e6,
          network,
        )
      },
    },
  ],
}
