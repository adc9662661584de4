import { existsSync, readFileSync } from 'node:fs'
import type { ImportedQuantity } from '../../plugin/compare/imported.ts'
import { readResults } from '../../plugin/compare/recognise.ts'

/** Values of one benchmark of unchanged code on hosted CI runners, one per run; logs, worse is positive. */
export interface HostedSeries {
  name: string
  logs: number[]
  /** The same less the log of the suite's other benchmark, measured in the same run; null where there is none. */
  lessControl: number[] | null
}

/** @throws Error when the file is not there */
export function readHostedRunners(path: string): HostedSeries[] {
  if (!existsSync(path))
    throw new Error(`Cannot evaluate: ${path} is missing; name the folder of the recordings in EVAL_DATA`)
  const { benchmarks } = readResults(readFileSync(path, 'utf8'), 'github-action-benchmark')
  const all = benchmarks.map(({ name, metrics }) => {
    const { values, direction } = metrics.value as ImportedQuantity
    return {
      name,
      suite: name.split(' > ')[0]!,
      logs: values.map((value) => (direction === 'lower' ? 1 : -1) * Math.log(value)),
    }
  })
  return all.map(({ name, suite, logs }) => {
    const control = all.find(
      (other) => other.suite === suite && other.name !== name && other.logs.length === logs.length,
    )
    return {
      name,
      logs,
      lessControl: control === undefined ? null : logs.map((log, index) => log - control.logs[index]!),
    }
  })
}
