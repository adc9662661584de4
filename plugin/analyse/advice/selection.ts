import { processorShare } from './processor.ts'
import { type AreaRule, averageFact, supported } from './rule.ts'

const limitMs = 100

/** Model selection that averages over 100 ms. */
export const selectionRule: AreaRule = {
  area: 'selection',
  title: 'Model selection',
  find(all) {
    const [worst] = all
      .filter(({ key, category }) => category === 'model_selection_speed' || key.startsWith('model_selection_'))
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
      text: 'Cache selections: every call of this benchmark asks for the same kind of task and takes the whole time again',
      facts: ({ figures }) =>
        supported(figures.statistics.p50Ms > limitMs / 2, {
          title: 'Median of repeated selections',
          value: figures.statistics.p50Ms * 1e6,
          unit: 'ns',
        }),
    },
    {
      text: 'Pre-compute common patterns: some kinds of task are selected much faster than this one',
      facts({ figures }, all) {
        const fastest = all
          .filter(({ category }) => category === figures.category)
          .toSorted((a, b) => a.statistics.averageMs - b.statistics.averageMs)[0]
        return supported(
          fastest !== undefined && fastest.statistics.averageMs <= figures.statistics.averageMs / 2,
          fastest === undefined ? null : { ...averageFact(fastest), title: `Average of ${fastest.key}` },
        )
      },
    },
    {
      text: 'Simplify the decision tree: one function takes much of the time',
      facts({ figures }) {
        const [hottest] = figures.hotFunctions
        return supported(
          hottest !== undefined && hottest.selfPercent >= 20,
          hottest === undefined
            ? null
            : { title: `Self time of ${hottest.name}`, value: hottest.selfPercent, unit: '%' },
        )
      },
    },
    {
      text: 'Use lookup tables: the time is computing, not waiting',
      facts({ figures }) {
        const processor = processorShare(figures)
        return supported(processor !== null && processor.percent >= 50, processor?.fact ?? null)
      },
    },
    {
      text: 'Pre-load common models: the slowest selections take far longer than the usual ones',
      facts: ({ figures: { statistics } }) =>
        supported(
          statistics.p99Ms >= 3 * statistics.p50Ms,
          { title: 'p99', value: statistics.p99Ms * 1e6, unit: 'ns' },
          { title: 'Median', value: statistics.p50Ms * 1e6, unit: 'ns' },
        ),
    },
  ],
}
