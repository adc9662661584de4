import { z } from 'zod'

const verdict = z.enum(['regressed', 'improved', 'unchanged', 'inconclusive', 'no-baseline'])

const metric = z.strictObject({
  unit: z.string(),
  direction: z.enum(['lower', 'higher']),
  old: z.number().nullable(),
  new: z.number().nullable(),
  ratio: z.number().nullable().meta({ description: 'new / old' }),
  interval: z.tuple([z.number(), z.number()]).nullable().meta({ description: 'of the ratio new / old: low, high' }),
  n: z.tuple([z.int().nonnegative(), z.int().nonnegative()]).meta({ description: 'sessions on each side: old, new' }),
  verdict,
  severity: z.enum(['critical', 'high', 'medium', 'low']).nullable(),
  detectable: z
    .number()
    .nullable()
    .meta({ description: 'smallest slowdown that would have been found with 80 % power, per cent' }),
  warnings: z.array(z.strictObject({ code: z.string(), text: z.string() })),
})

/** What `compare --format json` prints: a contract. */
export const answerSchema = z
  .strictObject({
    version: z.literal(1),
    verdict,
    benchmarks: z.array(
      z.strictObject({
        name: z.string(),
        status: z.enum(['compared', 'new', 'removed']),
        metrics: z.record(z.string(), metric),
      }),
    ),
  })
  .meta({ title: 'vitest-verdict compare', description: 'Answer of `vitest-verdict compare OLD NEW --format json`' })

export type CompareAnswer = z.output<typeof answerSchema>
export type AnsweredBenchmark = CompareAnswer['benchmarks'][number]
export type AnsweredMetric = z.output<typeof metric>

/** The schema as published in `docs/compare.schema.json`. */
export function answerJsonSchema(): object {
  return z.toJSONSchema(answerSchema)
}
