import { z } from 'zod'
import { checkShape, hasKey } from '../check-shape.ts'
import { createGatherer, type Format } from '../imported.ts'
import { nanosecondsIn } from '../time-units.ts'

const schema = z.looseObject({
  context: z.looseObject({}),
  benchmarks: z.array(
    z.looseObject({
      name: z.string(),
      run_name: z.string().nullish(),
      run_type: z.string().nullish(),
      error_occurred: z.boolean().nullish(),
      real_time: z.number().nullish(),
      cpu_time: z.number().nullish(),
      time_unit: z.string().nullish(),
      bytes_per_second: z.number().nullish(),
      items_per_second: z.number().nullish(),
    }),
  ),
})

const title = 'google/benchmark JSON'

/** google/benchmark's `--benchmark_format=json`: each repetition is taken for a session. Aggregates are passed over. */
export const googleBenchmark: Format = {
  name: 'google-benchmark',
  title,
  recognises: (content) =>
    hasKey(content, 'benchmarks') &&
    Array.isArray(content.benchmarks) &&
    content.benchmarks.some((each) => hasKey(each, 'real_time') || hasKey(each, 'cpu_time')),
  read(content) {
    const gatherer = createGatherer()
    for (const each of checkShape(schema, content, title).benchmarks) {
      if (each.run_type === 'aggregate' || each.error_occurred === true) continue
      const name = each.run_name ?? each.name
      const factor = nanosecondsIn(each.time_unit ?? 'ns')
      for (const figure of ['real_time', 'cpu_time'] as const) {
        const value = each[figure]
        // As in its own compare.py, real time decides; CPU time is told beside it.
        const shape = { unit: 'ns', direction: 'lower', gate: figure === 'real_time' } as const
        if (typeof value === 'number') gatherer.add(name, figure, shape, [value * factor])
      }
      for (const figure of ['bytes_per_second', 'items_per_second'] as const) {
        const value = each[figure]
        if (typeof value === 'number')
          gatherer.add(name, figure, { unit: '1/s', direction: 'higher', gate: false }, [value])
      }
    }
    const text =
      'Repetitions of google/benchmark share one process: give a folder with one file per process on each side'
    return { format: 'google-benchmark', benchmarks: gatherer.finish(), warnings: [{ code: 'one-process', text }] }
  },
}
