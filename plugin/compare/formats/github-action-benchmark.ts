import { z } from 'zod'
import { checkShape, hasKey } from '../check-shape.ts'
import { createGatherer, type Format, ImportError } from '../imported.ts'
import { isThroughput, timeFactor } from '../time-units.ts'

const schema = z.looseObject({
  entries: z.record(
    z.string(),
    z.array(
      z.looseObject({
        tool: z.string().nullish(),
        benches: z.array(z.looseObject({ name: z.string(), value: z.number(), unit: z.string() })),
      }),
    ),
  ),
})

const title = 'data.js of github-action-benchmark'
const assignment = /^\s*(?:window\.)?BENCHMARK_DATA\s*=\s*/

/** The history that github-action-benchmark keeps: one value per commit, oldest first. */
export const githubActionBenchmark: Format = {
  name: 'github-action-benchmark',
  title,
  recognises: (content, text) => assignment.test(text.slice(0, 200)) || hasKey(content, 'entries'),
  read(content, text) {
    const gatherer = createGatherer()
    const { entries } = checkShape(schema, content ?? parseAssignment(text), title)
    for (const [suite, runs] of Object.entries(entries)) {
      for (const { tool, benches } of runs) {
        for (const { name, value, unit } of benches) {
          const factor = timeFactor(unit)
          const higher = tool === 'customBiggerIsBetter' || (tool !== 'customSmallerIsBetter' && isThroughput(unit))
          const shape = {
            unit: factor === null ? unit : 'ns',
            direction: higher ? 'higher' : 'lower',
            gate: true,
            of: 'runs',
          } as const
          gatherer.add(`${suite} > ${name}`, 'value', shape, [value * (factor ?? 1)])
        }
      }
    }
    return { format: 'github-action-benchmark', benchmarks: gatherer.finish(), warnings: [] }
  },
}

function parseAssignment(text: string): unknown {
  try {
    return JSON.parse(text.replace(assignment, '').trim().replace(/;$/, ''))
  } catch (cause) {
    throw new ImportError(`not ${title}: what is assigned is no JSON (${(cause as Error).message})`, { cause })
  }
}
