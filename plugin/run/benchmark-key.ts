/** What tells one benchmark from another. */
export interface BenchmarkIdentity {
  name: string
  category: string | null
  /** Path relative to the project's root, with forward slashes. */
  file: string
  project: string
  /** Full name of the test, suites joined with ` > `. */
  test: string
}

/**
 * The stable key of a benchmark: its name when it belongs to a category, else everything that locates it.
 * @example benchmarkKey({ name: 'cache_warm', category: 'cache_performance', … }) // 'cache_warm'
 * @example benchmarkKey({ name: 'parse', category: null, file: 'a.bench.ts', test: 'parse', … }) // 'a.bench.ts > parse'
 */
export function benchmarkKey({ name, category, file, project, test }: BenchmarkIdentity): string {
  if (category !== null) return name
  const place = project === '' ? file : `${project}: ${file}`
  const repeats = test === name || test.endsWith(` > ${name}`)
  return repeats ? `${place} > ${test}` : `${place} > ${test} > ${name}`
}
