import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ImportedQuantity } from '../../plugin/compare/imported.ts'
import { readResults } from '../../plugin/compare/recognise.ts'

/** One benchmark of one day: processes of unchanged code, measured in turns. */
export interface Pair {
  benchmark: string
  suite: string
  old: number[]
  next: number[]
}

/**
 * The A/A recordings of golang/perf's `bent` on a quiet dedicated machine: twelve days, 100 benchmarks, twelve processes a side.
 * @throws Error when the folder is not there
 */
export function readBent(folder: string): { interleaved: Pair[]; adjacent: Pair[] } {
  if (!existsSync(folder))
    throw new Error(`Cannot evaluate: ${folder} is missing; name the folder of the recordings in EVAL_DATA`)
  const days = readdirSync(folder).sort()
  const read = (day: string, file: string) => {
    const { benchmarks } = readResults(readFileSync(join(folder, day, file), 'utf8'), 'go')
    return new Map(benchmarks.map(({ name, metrics }) => [name, (metrics['ns/op'] as ImportedQuantity).values]))
  }
  const files = days.flatMap((day) => [
    { suite: `${day} old`, values: read(day, 'old.txt') },
    { suite: `${day} new`, values: read(day, 'new.txt') },
  ])
  const pairs = files.slice(1).map((file, index) => pair(files[index]!, file))
  return { interleaved: pairs.filter((_, index) => index % 2 === 0).flat(), adjacent: pairs.flat() }
}

interface File {
  suite: string
  values: Map<string, number[]>
}

function pair(old: File, next: File): Pair[] {
  return [...next.values].flatMap(([benchmark, values]) => {
    const before = old.values.get(benchmark)
    return before === undefined
      ? []
      : [{ benchmark, suite: `${old.suite} to ${next.suite}`, old: before, next: values }]
  })
}
