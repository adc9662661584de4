import { z } from 'zod'
import { checkShape, hasKey } from '../check-shape.ts'
import { createGatherer, type Format } from '../imported.ts'
import { oneProcess } from '../one-process.ts'

const schema = z.looseObject({
  benchmarks: z.array(
    z.looseObject({
      name: z.string(),
      fullname: z.string().nullish(),
      stats: z.looseObject({ mean: z.number(), median: z.number().nullish() }),
    }),
  ),
})

const title = 'pytest-benchmark JSON'

/** pytest-benchmark's `--benchmark-json`. One process; seconds. */
export const pytestBenchmark: Format = {
  name: 'pytest-benchmark',
  title,
  recognises: (content) =>
    hasKey(content, 'benchmarks') &&
    (hasKey(content, 'machine_info') ||
      (Array.isArray(content.benchmarks) && content.benchmarks.some((each) => hasKey(each, 'fullname')))),
  read(content) {
    const gatherer = createGatherer()
    for (const { name, fullname, stats } of checkShape(schema, content, title).benchmarks) {
      const shape = { unit: 'ns', direction: 'lower', gate: true } as const
      gatherer.add(fullname ?? name, 'duration_mean', shape, [stats.mean * 1e9])
      if (typeof stats.median === 'number')
        gatherer.add(fullname ?? name, 'duration_median', shape, [stats.median * 1e9])
    }
    return { format: 'pytest-benchmark', benchmarks: gatherer.finish(), warnings: [oneProcess(title)] }
  },
}
