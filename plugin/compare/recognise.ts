import { githubActionBenchmark } from './formats/github-action-benchmark.ts'
import { goBenchmark } from './formats/go-benchmark.ts'
import { googleBenchmark } from './formats/google-benchmark.ts'
import { hyperfine } from './formats/hyperfine.ts'
import { mitata } from './formats/mitata.ts'
import { ownRun } from './formats/own-run.ts'
import { ownSummaries } from './formats/own-summaries.ts'
import { pytestBenchmark } from './formats/pytest-benchmark.ts'
import { tinybench } from './formats/tinybench.ts'
import { vitestReport, vitestResult } from './formats/vitest-report.ts'
import { type Format, ImportError, type Imported } from './imported.ts'

/** Every format, in the order in which they are tried: what is told apart most surely comes first. */
export const formats: readonly Format[] = [
  ownRun,
  hyperfine,
  vitestReport,
  vitestResult,
  googleBenchmark,
  mitata,
  pytestBenchmark,
  githubActionBenchmark,
  tinybench,
  ownSummaries,
  goBenchmark,
]

/**
 * Reads benchmark results, whoever wrote them.
 * @param from name of a format, when it is not to be recognised
 * @throws ImportError saying what was expected and what is wrong
 */
export function readResults(text: string, from?: string): Imported {
  const source = text.startsWith('\ufeff') ? text.slice(1) : text
  if (source.trim() === '') throw new ImportError('the file is empty')
  const { content, failure } = parse(source)
  const format = from === undefined ? formats.find((each) => each.recognises(content, source)) : formatNamed(from)
  if (format === undefined) {
    const known = formats.map(({ name }) => name).join(', ')
    const hint = failure !== null && /^\s*[[{]/.test(source) ? ` (it begins like JSON, but is none: ${failure})` : ''
    throw new ImportError(`the format is not recognised${hint}. Known, to be named with --from: ${known}`)
  }
  if (content === undefined && !(format === goBenchmark || format === githubActionBenchmark)) {
    throw new ImportError(`not ${format.title}: no JSON (${failure})`)
  }
  const imported = format.read(content, source)
  if (imported.benchmarks.length === 0) throw new ImportError(`${format.title} without a single benchmark`)
  return imported
}

/**
 * Files of one side put together: the sessions of the same benchmark add up.
 * @throws ImportError when they are not all of one format
 */
export function mergeResults(all: readonly Imported[]): Imported {
  const [first, ...rest] = all
  if (first === undefined) throw new ImportError('no file to read')
  if (rest.length === 0) return first
  const other = rest.find(({ format }) => format !== first.format)
  if (other !== undefined) throw new ImportError(`the folder mixes ${first.format} and ${other.format} files`)
  const benchmarks = new Map(first.benchmarks.map((benchmark) => [benchmark.name, structuredClone(benchmark)]))
  for (const benchmark of rest.flatMap((each) => each.benchmarks)) {
    const present = benchmarks.get(benchmark.name)
    if (present === undefined) {
      benchmarks.set(benchmark.name, structuredClone(benchmark))
      continue
    }
    for (const [name, metric] of Object.entries(benchmark.metrics)) {
      const into = present.metrics[name]
      if (into === undefined) present.metrics[name] = structuredClone(metric)
      else if (into.kind === 'rate' && metric.kind === 'rate') into.values.push(...metric.values)
      else if (into.kind !== 'rate' && metric.kind !== 'rate') into.values.push(...metric.values)
    }
  }
  // Several files are several processes.
  return {
    format: first.format,
    benchmarks: [...benchmarks.values()],
    warnings: first.warnings.filter(({ code }) => code !== 'one-process'),
  }
}

function formatNamed(name: string): Format {
  const format = formats.find((each) => each.name === name)
  if (format === undefined)
    throw new ImportError(`unknown format "${name}": use one of ${formats.map((each) => each.name).join(', ')}`)
  return format
}

function parse(text: string): { content: unknown; failure: string | null } {
  try {
    return { content: JSON.parse(text), failure: null }
  } catch (error) {
    return { content: undefined, failure: (error as Error).message }
  }
}
