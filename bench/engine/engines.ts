import { Bench, type BenchOptions } from 'tinybench'
import type { BenchmarkGroup, BenchResult } from 'vitest'
import type { BenchmarkOptions } from '../../plugin/measure/bench-options.ts'
import { measureGroup } from '../../plugin/measure/measure-group.ts'
import { defaultMeasureOptions, type MeasureOptions, type RunOptions } from '../../plugin/measure/settings.ts'
import type { Measurement } from '../../plugin/run/measurement.ts'

export interface Contestant {
  name: string
  fn: () => unknown
  options?: BenchmarkOptions
}

/** Without the probes, which the built-in provider has none of. */
const timingOnly: MeasureOptions = { ...defaultMeasureOptions, profiling: false, memoryTracking: false }

/** Measures with our provider as Vitest would call it. */
export async function runOurs(
  contestants: readonly Contestant[],
  run: RunOptions = {},
  options: MeasureOptions = timingOnly,
): Promise<{ results: BenchResult[]; measurements: Measurement[] }> {
  const test = {
    fullTestName: 'comparison',
    meta: {} as { verdict?: Measurement[] },
    context: { signal: new AbortController().signal },
    file: { filepath: '/comparison.bench.ts', name: 'comparison.bench.ts' },
  }
  const group = {
    test,
    config: { retainSamples: false },
    registrations: contestants.map(({ name, fn, options: fnOpts }) => ({ name, fn, fnOpts })),
    options: run,
  }
  // Of Vitest's test only these fields are read.
  const results = await measureGroup(group as unknown as BenchmarkGroup, options)
  return { results, measurements: test.meta.verdict ?? [] }
}

const now = performance.now.bind(performance)

/** Measures as Vitest's built-in provider does: tinybench with its clock and defaults, one benchmark after the other. */
export async function runBuiltIn(contestants: readonly Contestant[], run: RunOptions = {}): Promise<BenchResult[]> {
  const options: BenchOptions = { retainSamples: false, ...(run as BenchOptions), now }
  const bench = new Bench(options)
  for (const { name, fn } of contestants) bench.add(name, fn)
  await bench.run()
  return bench.tasks.map(({ name, result }) => {
    if (result.state !== 'completed') throw new Error(`tinybench did not complete "${name}": ${result.state}`)
    return { ...result, name }
  })
}
