import type { BenchmarkGroup } from 'vitest'
import type { BenchmarkOptions } from '../../../plugin/measure/bench-options.ts'
import { measureGroup } from '../../../plugin/measure/measure-group.ts'
import { defaultMeasureOptions, type MeasureOptions, type RunOptions } from '../../../plugin/measure/settings.ts'
import type { Measurement } from '../../../plugin/run/measurement.ts'

export interface FakeTest {
  fullTestName: string
  meta: { verdict?: Measurement[] }
  context: { signal: AbortSignal }
  file: { filepath: string; name: string }
  result?: { retryCount?: number; repeatCount?: number }
}

export type Registration = [name: string, fn: () => unknown, options?: BenchmarkOptions]

/** No probes and short budgets: these tests look at wiring, not at time. */
export const quickOptions: MeasureOptions = {
  ...defaultMeasureOptions,
  time: 5,
  warmup: 1,
  profiling: false,
  memoryTracking: false,
}

export function fakeTest(signal: AbortSignal = new AbortController().signal): FakeTest {
  return {
    fullTestName: 'suite > test',
    meta: {},
    context: { signal },
    file: { filepath: '/project/a.bench.ts', name: 'a.bench.ts' },
  }
}

/** Calls the provider's core as Vitest would. */
export function measure(
  registrations: Registration[],
  {
    test = fakeTest(),
    run = {},
    options = quickOptions,
  }: { test?: FakeTest; run?: RunOptions; options?: MeasureOptions } = {},
) {
  const group = {
    test,
    config: { retainSamples: false },
    registrations: registrations.map(([name, fn, fnOpts]) => ({ name, fn, fnOpts })),
    options: run,
  }
  return measureGroup(group as unknown as BenchmarkGroup, options)
}

/** Rounds and warm-up cut to the least, so that calls can be counted. */
export const few: RunOptions = { iterations: 3, warmupTime: 0, warmupIterations: 2 }
