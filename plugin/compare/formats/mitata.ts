import { z } from 'zod'
import { checkShape, hasKey } from '../check-shape.ts'
import { createGatherer, type Format } from '../imported.ts'
import { oneProcess } from '../one-process.ts'

const stats = z.looseObject({ avg: z.number(), p50: z.number().nullish() })

const schema = z.looseObject({
  benchmarks: z.array(
    z.looseObject({
      alias: z.string().nullish(),
      name: z.string().nullish(),
      stats: stats.nullish(),
      runs: z.array(z.looseObject({ name: z.string(), stats: stats.nullish() })).nullish(),
    }),
  ),
})

const title = 'mitata JSON'

/** mitata's `run({ format: 'json' })`, now and before 1.0. One process; nanoseconds. */
export const mitata: Format = {
  name: 'mitata',
  title,
  recognises: (content) =>
    hasKey(content, 'benchmarks') &&
    Array.isArray(content.benchmarks) &&
    content.benchmarks.some((each) => hasKey(each, 'runs') || (hasKey(each, 'stats') && hasKey(each.stats, 'avg'))),
  read(content) {
    const gatherer = createGatherer()
    for (const { alias, name, stats, runs } of checkShape(schema, content, title).benchmarks) {
      for (const run of runs ?? [{ name: name ?? alias ?? 'unnamed', stats }]) {
        if (!run.stats) continue
        const shape = { unit: 'ns', direction: 'lower', gate: true } as const
        gatherer.add(run.name, 'duration_mean', shape, [run.stats.avg])
        if (typeof run.stats.p50 === 'number') gatherer.add(run.name, 'duration_median', shape, [run.stats.p50])
      }
    }
    return { format: 'mitata', benchmarks: gatherer.finish(), warnings: [oneProcess(title)] }
  },
}
