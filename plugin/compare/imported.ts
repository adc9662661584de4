import type { Direction } from '../run/metric.ts'

/** What a file of benchmark results holds, whoever wrote it. */
export interface Imported {
  format: string
  benchmarks: ImportedBenchmark[]
  /** Doubts about all of it. */
  warnings: { code: string; text: string }[]
}

export interface ImportedBenchmark {
  name: string
  metrics: Record<string, ImportedMetric>
}

export type ImportedMetric = ImportedQuantity | ImportedRate

interface ImportedMetricBase {
  /** `ns` for durations, `B` for sizes, else the unit as the file has it. */
  unit: string
  direction: Direction
  /** Whether it has a say in the verdict. */
  gate: boolean
}

/** One value per session (fresh process). */
export interface ImportedQuantity extends ImportedMetricBase {
  kind: 'quantity' | 'count'
  values: number[]
  /**
   * `runs` when the values are those of a history, one per commit, oldest first, instead of sessions of one version.
   */
  of?: 'sessions' | 'runs'
}

/** One pair per session. */
export interface ImportedRate extends ImportedMetricBase {
  kind: 'rate'
  values: [numerator: number, denominator: number][]
}

/** A way to read one tool's files. */
export interface Format {
  /** As given to `--from`. */
  name: string
  /** What people call it. */
  title: string
  /** Whether the content looks like this tool's. `content` is parsed JSON, or undefined where the text is none. */
  recognises(content: unknown, text: string): boolean
  /** @throws ImportError saying what does not fit and where */
  read(content: unknown, text: string): Imported
}

/** Content that cannot be read as benchmark results; `message` says what is wrong and where. */
export class ImportError extends Error {
  override name = 'ImportError'
}

/** Gathers values by benchmark and metric, in the order in which they first appear. */
export interface Gatherer {
  add(
    benchmark: string,
    metric: string,
    shape: Omit<ImportedQuantity, 'values' | 'kind'> & { kind?: 'quantity' | 'count' },
    values: readonly number[],
  ): void
  finish(): ImportedBenchmark[]
}

export function createGatherer(): Gatherer {
  const benchmarks = new Map<string, Map<string, ImportedQuantity>>()
  return {
    add(benchmark, metric, shape, values) {
      let metrics = benchmarks.get(benchmark)
      if (metrics === undefined) {
        metrics = new Map()
        benchmarks.set(benchmark, metrics)
      }
      const present = metrics.get(metric)
      if (present === undefined) metrics.set(metric, { kind: 'quantity', ...shape, values: [...values] })
      else for (const value of values) present.values.push(value)
    },
    finish: () => [...benchmarks].map(([name, metrics]) => ({ name, metrics: Object.fromEntries(metrics) })),
  }
}
