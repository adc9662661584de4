import { readFileSync } from 'node:fs'

/** The part of a baseline file that an assertion needs; the file's whole shape is in plugin/judge/baseline.ts. */
export interface StoredBaseline {
  runs: {
    id: string
    environment: { cpuModel: string; node: string } | null
    options: { profile: string } | null
  }[]
  benchmarks: Record<
    string,
    {
      since: string
      calibration: Record<string, number[]>
      metrics: Record<string, { unit: string; runs: Record<string, unknown[]> }>
    }
  >
}

/**
 * Reads a baseline in the worker, where the schema library would cost more time than the check is worth.
 * @returns null when there is no such file
 * @throws Error that names the file and what is wrong with it
 */
export function readStoredBaseline(path: string): StoredBaseline | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Error(`Cannot read the baseline ${path}: ${(cause as Error).message}`, { cause })
  }
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (cause) {
    throw new Error(`Cannot read the baseline ${path}: not JSON (${(cause as Error).message}). ${restore}`, { cause })
  }
  const wrong = whatIsWrong(content)
  if (wrong !== null) throw new Error(`Cannot read the baseline ${path}: ${wrong}. ${restore}`)
  return content as StoredBaseline
}

const restore = 'Restore it from version control, or delete it and run `vitest-verdict baseline accept`.'

/** Names the first thing that does not fit; null when all does. */
function whatIsWrong(content: unknown): string | null {
  if (!isRecord(content) || content.format !== 'vitest-verdict/baseline') return 'not a vitest-verdict baseline'
  if (content.version !== 1) return `version ${String(content.version)} is unknown here, 1 is known`
  if (!Array.isArray(content.runs) || !content.runs.every(isRun)) return '`runs` is damaged'
  if (!isRecord(content.benchmarks)) return '`benchmarks` is damaged'
  for (const [key, benchmark] of Object.entries(content.benchmarks)) {
    const sound =
      isRecord(benchmark) &&
      typeof benchmark.since === 'string' &&
      isRecord(benchmark.calibration) &&
      Object.values(benchmark.calibration).every(isNumbers) &&
      isRecord(benchmark.metrics) &&
      Object.values(benchmark.metrics).every(
        (metric) => isRecord(metric) && isRecord(metric.runs) && Object.values(metric.runs).every(Array.isArray),
      )
    if (!sound) return `benchmark "${key}" is damaged`
  }
  return null
}

function isRun(run: unknown): boolean {
  if (!isRecord(run) || typeof run.id !== 'string') return false
  const { environment, options } = run
  const known =
    environment === null ||
    (isRecord(environment) && typeof environment.cpuModel === 'string' && typeof environment.node === 'string')
  return known && (options === null || (isRecord(options) && typeof options.profile === 'string'))
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'number')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
