import { type BenchmarkIdentity, benchmarkKey } from './benchmark-key.ts'
import type { Measurement, Warning } from './measurement.ts'
import { redactSecrets } from './redact-secrets.ts'
import type { Benchmark, Failure, Session, Skipped } from './run.ts'

export interface MeasuredTest extends Omit<BenchmarkIdentity, 'name' | 'category'> {
  tags: string[]
  measurements: readonly (Measurement & { session?: number })[]
}

/** Gathers measurements, session by session, into the benchmarks of a Run. */
export interface RunBuilder {
  /** Adds what one test measured in one session; measurements that carry a session number (merged blobs) keep it. */
  add(test: MeasuredTest, session: number): void
  fail(failure: Failure): void
  /** Notes why a test measures nothing; every session may say so. */
  skip(skipped: Skipped): void
  build(): { benchmarks: Benchmark[]; failures: Failure[]; skipped: Skipped[]; warnings: Warning[] }
}

export function createRunBuilder(): RunBuilder {
  const benchmarks = new Map<string, Benchmark>()
  const failures: Failure[] = []
  const reasons = new Map<string, string>()

  return {
    add(test, session) {
      const occurrences = new Map<string, number>()
      for (const measurement of test.measurements) {
        const number = measurement.session ?? session
        const category = measurement.category ?? null
        const key = benchmarkKey({ ...test, name: measurement.name, category })
        const identity = [number, test.project, test.file, test.test, key].join('\0')
        const occurrence = occurrences.get(identity) ?? 0
        occurrences.set(identity, occurrence + 1)
        const slot = [test.project, test.file, test.test, key, occurrence].join('\0')
        let benchmark = benchmarks.get(slot)
        if (benchmark === undefined) {
          const { project, file, tags } = test
          benchmark = { key, name: measurement.name, category, file, project, test: test.test, tags, sessions: [] }
          benchmarks.set(slot, benchmark)
        }
        benchmark.sessions.push({ ...withoutSecrets(measurement), session: number } satisfies Session)
      }
    },
    fail: (failure) => void failures.push({ ...failure, error: redactSecrets(failure.error) }),
    skip: ({ key, reason }) => void reasons.set(key, redactSecrets(reason)),
    build() {
      const { unique, warnings } = numberDuplicates([...benchmarks.values()])
      const skipped = [...reasons].map(([key, reason]) => ({ key, reason }))
      return { benchmarks: unique, failures, skipped, warnings }
    },
  }
}

/** Text that the user's code made may hold what must not reach a file. */
function withoutSecrets(measurement: Measurement): Measurement {
  const { error, metadata } = measurement
  const harmless = Object.entries(metadata).map(
    ([name, value]) => [name, typeof value === 'string' ? redactSecrets(value) : value] as const,
  )
  return {
    ...measurement,
    metadata: Object.fromEntries(harmless),
    ...(error === undefined ? {} : { error: redactSecrets(error) }),
  }
}

/** Two benchmarks with one key would overwrite one another in every file: the later ones get a number. */
function numberDuplicates(benchmarks: Benchmark[]): { unique: Benchmark[]; warnings: Warning[] } {
  const seen = new Map<string, number>()
  const warnings: Warning[] = []
  const unique = benchmarks.map((benchmark) => {
    const count = (seen.get(benchmark.key) ?? 0) + 1
    seen.set(benchmark.key, count)
    const sessions = benchmark.sessions.toSorted((a, b) => a.session - b.session)
    if (count === 1) return { ...benchmark, sessions }
    const key = `${benchmark.key} (${count})`
    warnings.push({
      code: 'duplicate-key',
      text: `"${benchmark.key}" names more than one benchmark (again in ${benchmark.file}): reported as "${key}"; give each its own name`,
    })
    return { ...benchmark, key, sessions }
  })
  return { unique, warnings }
}
