import { z } from 'zod'
import { checkShape, hasKey } from '../check-shape.ts'
import { createGatherer, type Format, ImportError } from '../imported.ts'
import { oneProcess } from '../one-process.ts'

const statistics = z.looseObject({ mean: z.number(), p50: z.number().nullish() })

/** A task with its result (tinybench 3 and later), or with what tinybench 2 put into it. */
const task = z.looseObject({
  name: z.string(),
  latency: statistics.nullish(),
  mean: z.number().nullish(),
  result: z.looseObject({ latency: statistics.nullish(), mean: z.number().nullish() }).nullish(),
})

const tableRow = z.looseObject({ 'Task name': z.string() })

const title = 'tinybench JSON'

/** `bench.tasks` or `bench.table()` of tinybench as JSON: an array, or an object with `tasks` or `results`. One process. */
export const tinybench: Format = {
  name: 'tinybench',
  title,
  recognises(content) {
    const rows = rowsOf(content)
    return (
      rows !== null &&
      rows.length > 0 &&
      rows.every(
        (row) =>
          hasKey(row, 'Task name') ||
          (hasKey(row, 'name') && ['latency', 'result', 'mean'].some((key) => hasKey(row, key))),
      )
    )
  },
  read(content) {
    const gatherer = createGatherer()
    const rows = rowsOf(content)
    if (rows === null) throw new ImportError(`not ${title}: an array of tasks is needed`)
    for (const row of rows) {
      const { name, mean, median } = hasKey(row, 'Task name') ? readRow(row) : readTask(row)
      const shape = { unit: 'ns', direction: 'lower', gate: true } as const
      if (mean !== null) gatherer.add(name, 'duration_mean', shape, [mean])
      if (median !== null) gatherer.add(name, 'duration_median', shape, [median])
    }
    return { format: 'tinybench', benchmarks: gatherer.finish(), warnings: [oneProcess(title)] }
  },
}

function rowsOf(content: unknown): unknown[] | null {
  if (Array.isArray(content)) return content
  for (const key of ['tasks', 'results'] as const) {
    if (hasKey(content, key) && Array.isArray(content[key])) return content[key]
  }
  return null
}

function readTask(row: unknown) {
  const { name, result, latency, mean } = checkShape(task, row, title)
  const found = latency ?? result?.latency
  const average = found?.mean ?? mean ?? result?.mean
  return {
    name,
    mean: typeof average === 'number' ? average * 1e6 : null,
    median: typeof found?.p50 === 'number' ? found.p50 * 1e6 : null,
  }
}

/** A row of the table: `"Latency avg (ns)": "260.96 ± 55.60%"`. */
function readRow(row: unknown) {
  const cells = checkShape(tableRow, row, title)
  const cell = (column: string) => {
    const value = Number.parseFloat(String(cells[column]).replaceAll(',', ''))
    return Number.isNaN(value) ? null : value
  }
  return {
    name: cells['Task name'],
    mean: cell('Latency avg (ns)') ?? cell('Latency average (ns)') ?? cell('Average Time (ns)'),
    median: cell('Latency med (ns)') ?? cell('Latency median (ns)'),
  }
}
