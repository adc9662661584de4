import type { BenchmarkGroup, BenchResult } from 'vitest'
import type { BenchmarkOptions } from '../measure/bench-options.ts'
import { toBenchResult } from '../measure/bench-result.ts'
import { checkOptions } from '../measure/check-options.ts'
import { rememberResult } from '../measure/measured-results.ts'
import { bareCircumstances, latencyMeasurement } from '../measure/measurement.ts'
import { SampleRecorder } from '../measure/sample-recorder.ts'
import { type MeasureOptions, type RunOptions, resolveBudget } from '../measure/settings.ts'
import { createSubject, type Subject } from '../measure/subject.ts'
import type { Lane } from './lane.ts'
import type { Party } from './local-player.ts'

/**
 * What a version registered under one provider call, by name.
 * @throws BenchOptionError for options that make no sense.
 */
export function partiesOf(
  lane: Lane,
  { registrations, options }: BenchmarkGroup,
  plugin: MeasureOptions,
): Map<string, Party> {
  const run = (options ?? {}) as RunOptions
  return new Map(
    registrations.map(({ name, fn, fnOpts }) => {
      const own = (fnOpts ?? {}) as BenchmarkOptions
      checkOptions(name, own, run)
      return [name, { lane, run, subject: createSubject(name, fn, own, resolveBudget(name, own, run, plugin)) }]
    }),
  )
}

/** For assertions in the test. */
export function resultsOf(parties: ReadonlyMap<string, Party>, group: BenchmarkGroup): BenchResult[] {
  return [...parties.values()].map(({ subject }) => resultOf(subject, group))
}

/** A benchmark that was not measured, since only the base has it, took 1 ns. */
function resultOf(subject: Subject, { test, config }: BenchmarkGroup): BenchResult {
  const { name, recorder, batchSize } = subject
  if (recorder.count > 0) {
    const result = toBenchResult(name, recorder, batchSize, config.retainSamples)
    const { filepath, projectName } = test.file
    return rememberResult(result, {
      measurement: latencyMeasurement(subject, bareCircumstances(0)),
      // It took turns with its own other versions, not with the other benchmarks of the test.
      turns: subject,
      test: { file: filepath, project: projectName ?? '', fullName: test.fullTestName },
    })
  }
  const nothing = new SampleRecorder(true)
  nothing.record(1)
  return toBenchResult(name, nothing, 1, config.retainSamples)
}
