import { z } from 'zod'
import { checkShape, hasKey } from '../check-shape.ts'
import { createGatherer, type Format } from '../imported.ts'

const schema = z.looseObject({
  results: z.array(
    z.looseObject({
      command: z.string(),
      mean: z.number().nullish(),
      times: z.array(z.number()).nullish(),
      parameters: z.record(z.string(), z.union([z.string(), z.number()])).nullish(),
    }),
  ),
})

const title = 'hyperfine --export-json'

/** hyperfine runs a command afresh each time: every time is a session. Seconds. */
export const hyperfine: Format = {
  name: 'hyperfine',
  title,
  recognises: (content) =>
    hasKey(content, 'results') &&
    Array.isArray(content.results) &&
    content.results.every((each) => hasKey(each, 'command')),
  read(content) {
    const gatherer = createGatherer()
    for (const { command, mean, times, parameters } of checkShape(schema, content, title).results) {
      const suffix = Object.entries(parameters ?? {})
        .map(([name, value]) => ` ${name}=${value}`)
        .join('')
      const values = times ?? (typeof mean === 'number' ? [mean] : [])
      const name = command.includes(suffix.trim()) ? command : command + suffix
      gatherer.add(
        name,
        'time',
        { unit: 'ns', direction: 'lower', gate: true },
        values.map((seconds) => seconds * 1e9),
      )
    }
    return { format: 'hyperfine', benchmarks: gatherer.finish(), warnings: [] }
  },
}
