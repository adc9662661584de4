import type { BenchmarkGroup, BenchResult } from 'vitest'
import type { Calibration, Measurement, Probes, Warning } from '../run/measurement.ts'
import type { Metric } from '../run/metric.ts'
import { watchAbort } from './abort-watch.ts'
import { askForExtras } from './ask-for-extras.ts'
import type { BenchmarkOptions, Metadata } from './bench-options.ts'
import { toBenchResult } from './bench-result.ts'
import { calibrate, summariseCalibration } from './calibration.ts'
import { checkOptions, unknownOptions } from './check-options.ts'
import { clockFacts } from './clock.ts'
import { doubtsAboutMachine, doubtsOf } from './doubts.ts'
import { seedOf } from './interleaved-order.ts'
import { measureLatency } from './latency-engine.ts'
import { doubtsAboutLoad } from './load/load-doubts.ts'
import { createLoadRun, type LoadRun, runLoad } from './load/load-engine.ts'
import { resolveLoad } from './load/load-plan.ts'
import { rememberResult } from './measured-results.ts'
import { bareCircumstances, type Circumstances, latencyMeasurement, loadMeasurement } from './measurement.ts'
import { memoryMetrics } from './memory-metrics.ts'
import { type OutsideLoad, watchOutsideLoad } from './outside-load.ts'
import { type ProbesWanted, probeSubject } from './probes/probe-subject.ts'
import { profilePath } from './profile-path.ts'
import { BenchOptionError, type MeasureOptions, type RunOptions, resolveBudget } from './settings.ts'
import { settleGarbage } from './settle-garbage.ts'
import { createSubject, type Subject } from './subject.ts'
import { touchYoungGeneration } from './young-generation.ts'

/** One benchmark of a group, with what is known about it so far. */
interface Member {
  subject: Subject
  /** Present when it is measured under load. */
  load: LoadRun | undefined
  wanted: ProbesWanted
  probes: Probes
  /** Present once it is recorded. */
  measurement: Measurement | undefined
}

/**
 * Measures the benchmarks of one provider call and appends one `Measurement` each to `test.meta.verdict`, whether they
 * succeed, fail or are aborted.
 * @throws what the benchmark threw; AggregateError when several did; BenchOptionError for options that make no sense.
 */
export async function measureGroup(group: BenchmarkGroup, options: MeasureOptions): Promise<BenchResult[]> {
  const { test } = group
  const run = readRunOptions(group)
  const call = nextCall(test)
  const members = createMembers(group, run, options)
  const record = (member: Member, circumstances: Circumstances) => {
    if (member.measurement) return
    member.measurement = toMeasurement(member, circumstances)
    test.meta.verdict ??= []
    test.meta.verdict.push(member.measurement)
  }
  const abort = watchAbort(
    [test.context.signal, run.signal, ...members.map(({ subject }) => subject.options.signal)],
    // Nothing may be awaited here: when the test's time is up, Vitest reports its meta at once.
    (reason) => {
      for (const member of members)
        record(member, { ...bareCircumstances(call), probes: member.probes, status: 'incomplete', error: reason })
    },
  )
  const aborted = () => abort.aborted

  const measure = async () => {
    // Garbage of the benchmark before slows this one down, and so does memory that is used for the first time.
    touchYoungGeneration()
    settleGarbage('major')
    const before = calibrate()
    const outsideLoad = watchOutsideLoad()
    const memberOf = new Map(members.map((member) => [member.subject, member]))
    const latency = members.filter(({ load }) => !load).map(({ subject }) => subject)
    try {
      await measureLatency(latency, {
        run,
        seed: seedOf(`${test.fullTestName} ${call}`),
        aborted,
        failFast: run.throws === true,
        after: async (subject) => {
          const member = memberOf.get(subject)!
          member.probes = await probeSubject(subject, member.wanted, profileFile(test, subject.name, options), aborted)
        },
      })
      // Load is not interleaved: two loads would be one.
      for (const member of members) if (member.load) await measureLoad(member, run, aborted)
    } finally {
      const machine = outsideLoad()
      const calibration = summariseCalibration([...before, ...calibrate()])
      for (const member of members) record(member, await conclude(member, call, calibration, machine))
    }
  }
  try {
    await Promise.race([measure(), abort.rejection])
  } finally {
    abort.stop()
  }
  const errors = members.flatMap(({ subject }) => (subject.error === undefined ? [] : [subject.error]))
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, 'Some benchmarks failed')
  const { filepath, projectName } = test.file
  return members.map(({ subject, load, measurement }) => {
    const retainSamples = subject.options.retainSamples ?? run.retainSamples ?? group.config.retainSamples
    // Where every request failed, the time they took to fail is all there is.
    const recorder = load ? (load.log.succeeded > 0 ? load.log.good : load.log.all) : subject.recorder
    const result = toBenchResult(subject.name, recorder, subject.batchSize, retainSamples)
    return rememberResult(result, {
      measurement: measurement!,
      turns: group,
      test: { file: filepath, project: projectName ?? '', fullName: test.fullTestName },
    })
  })
}

function readRunOptions(group: BenchmarkGroup): RunOptions {
  const run = (group.options ?? {}) as RunOptions
  if (run.concurrency == null) return run
  const wanted = 'calls at once are measured with `bench(name, { load: { concurrency } }, fn)`'
  throw new BenchOptionError(group.registrations[0]?.name ?? '', 'concurrency', run.concurrency, wanted)
}

function createMembers({ registrations }: BenchmarkGroup, run: RunOptions, options: MeasureOptions): Member[] {
  const names = new Set<string>()
  return registrations.map(({ name, fn, fnOpts }) => {
    if (names.has(name)) throw new Error(`Benchmark "${name}" already exists in this comparison: names must differ`)
    names.add(name)
    const benchOptions = (fnOpts ?? {}) as BenchmarkOptions
    checkOptions(name, benchOptions, run)
    const subject = createSubject(name, fn, benchOptions, resolveBudget(name, benchOptions, run, options))
    const { load } = benchOptions
    return {
      subject,
      load: load === undefined ? undefined : createLoadRun(subject, resolveLoad(name, load, options)),
      wanted: {
        memory: benchOptions.memoryTracking ?? options.memoryTracking,
        cpu: benchOptions.profiling ?? options.profiling,
        withoutCalls: subject.budget.exactIterations && !benchOptions.memoryTracking && !benchOptions.profiling,
      },
      probes: {},
      measurement: undefined,
    }
  })
}

async function measureLoad(member: Member, run: RunOptions, aborted: () => boolean): Promise<void> {
  const { subject, load, wanted } = member
  if (!load || aborted()) return
  try {
    member.probes = await runLoad(load, run, wanted, aborted)
  } catch (error) {
    subject.error = error ?? new Error(`Benchmark "${subject.name}" threw ${String(error)}`)
    if (run.throws) throw error
  }
}

function toMeasurement({ subject, load }: Member, circumstances: Circumstances): Measurement {
  return load ? loadMeasurement(load, circumstances) : latencyMeasurement(subject, circumstances)
}

/** Asks for the user's own figures and gathers what goes into the record beside the rounds. */
async function conclude(
  member: Member,
  call: number,
  calibration: Calibration,
  machine: OutsideLoad,
): Promise<Circumstances> {
  const { subject, load, probes } = member
  const ownMetrics = memoryMetrics(probes.memory)
  let extras: { metrics: Record<string, Metric>; metadata: Metadata } = { metrics: {}, metadata: {} }
  if (subject.error === undefined) {
    try {
      const soFar = { ...bareCircumstances(call), probes, metrics: ownMetrics }
      extras = await askForExtras(subject, toMeasurement(member, soFar))
    } catch (error) {
      subject.error = error
    }
  }
  const failed = subject.error !== undefined
  const measured = (load ? load.log.sent : subject.recorder.count) > 0
  const own = failed ? [] : load ? doubtsAboutLoad(load) : doubtsAboutRounds(subject)
  return {
    call,
    // Where another's failure ended the group before its turn came, there is nothing to show.
    status: failed ? 'failed' : measured ? 'complete' : 'incomplete',
    error: subject.error,
    calibration,
    processorsUsed: machine.processorsUsed,
    warnings: failed ? [] : [...doubtsAboutOptions(subject), ...own, ...doubtsAboutMachine(machine)],
    probes,
    metadata: extras.metadata,
    metrics: { ...ownMetrics, ...extras.metrics },
  }
}

function doubtsAboutOptions({ name, options }: Subject): Warning[] {
  return unknownOptions(options).map((option) => ({
    code: 'unknown-option',
    text: `"${name}" has the option \`${option}\`, which is not known here: look for a typing error`,
  }))
}

function doubtsAboutRounds(subject: Subject): Warning[] {
  return doubtsOf({
    ...subject,
    samplesNs: subject.recorder.samples(),
    rounds: subject.recorder.count,
    clockStepNs: clockFacts().stepNs,
    iterationsWanted: subject.budget.iterations,
  })
}

/** Where the profile goes; nowhere when the provider is used without the plugin. */
function profileFile({ file, fullTestName }: BenchmarkGroup['test'], name: string, { outputDir }: MeasureOptions) {
  const { filepath, name: shown } = file
  // Vitest gives the file relative to the project's root as well as in full.
  if (outputDir === undefined || !filepath.endsWith(shown)) return undefined
  return profilePath(filepath.slice(0, -shown.length), outputDir, shown, `${fullTestName} ${name}`)
}

/** Number of provider calls in each test's current attempt. */
const calls = new WeakMap<object, { attempt: string; next: number }>()

/** Counts provider calls from 0; a retried or repeated test starts anew, and what its earlier attempt measured is dropped. */
function nextCall(test: BenchmarkGroup['test']): number {
  const attempt = `${test.result?.retryCount ?? 0} ${test.result?.repeatCount ?? 0}`
  const known = calls.get(test)
  if (known?.attempt === attempt) return known.next++
  calls.set(test, { attempt, next: 1 })
  delete test.meta.verdict
  return 0
}
