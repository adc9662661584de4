import { test } from 'vitest'
import { countWords } from './count-words.ts'

/** A category of one's own: nothing has to be registered; the key says where it belongs. */
test('most frequent word', async ({ bench }) => {
  const counts = countWords('to be or not to be that is the question '.repeat(20))
  await bench(
    'custom_feature_most_frequent',
    {
      category: 'custom_feature',
      title: 'Most frequent word',
      metadata: { words: counts.size },
      metrics: () => ({
        distinct: {
          kind: 'quantity',
          title: 'Distinct Words',
          direction: 'higher',
          gate: false,
          value: counts.size,
          unit: '1',
        },
      }),
    },
    () => [...counts].reduce((most, each) => (each[1] > most[1] ? each : most)),
  ).run()
})
