import type { BenchmarkGroup, BenchResult } from 'vitest'
import type { Measurement, Probes } from '../run/measurement.ts'
import type { Metric } from '../run/metric.ts'
import type { BenchmarkOptions, Metadata } from './bench-options.ts'
import { toBenchResult } from './bench-result.ts'
import { calibrate, summariseCalibration } from './calibration.ts'
import { clockFacts, now } from './clock.ts'
import { doubtsAboutMachine, doubtsOf } from './doubts.ts'
import { seedOf } from './interleaved-order.ts'
import { measureLatency } from './latency-engine.ts'
import { latencyMeasurement } from './measurement.ts'
import { memoryMetrics } from './memory-metrics.ts'
import { watchOutsideLoad } from './outside-load.ts'
import { profileWhile } from './probes/cpu-profile.ts'
import { probePass } from './probes/probe-pass.ts'
import { profilePath } from './profile-path.ts'
import { loopOverheads } from './rounds.ts'
import { BenchOptionError, type MeasureOptions, type RunOptions, resolveBudget } from './settings.ts'
import { createSubject, runRound, type Subject } from './subject.ts'

/** Number of provider calls in each test's current attempt. */
const calls = new WeakMap<object, { attempt: string; next: number }>()

/**
 * Measures the benchmarks of one provider call and appends one `Measurement` each to `test.meta.verdict`, whether they
 * succeed, fail or are aborted.
 * @throws what the benchmark threw; AggregateError when several did.
 */
export async function measureGroup(group: BenchmarkGroup, options: MeasureOptions): Promise<BenchResult[]> {
  const run = (group.options ?? {}) as RunOptions
  const { test, registrations } = group
  const call = nextCall(test)
  if (run.concurrency != null) {
    throw new BenchOptionError(
      registrations[0]?.name ?? '',
      'concurrency',
      run.concurrency,
      'calls at once are measured with `bench(name, { load: { concurrency } }, fn)`',
    )
  }
  const names = new Set<string>()
  const subjects = registrations.map(({ name, fn, fnOpts }) => {
    if (names.has(name)) throw new Error(`Benchmark "${name}" already exists in this comparison: names must differ`)
    names.add(name)
    const benchOptions = (fnOpts ?? {}) as BenchmarkOptions
    return createSubject(name, fn, benchOptions, resolveBudget(name, benchOptions, run, options))
  })

  const recorded = new Set<Subject>()
  const record = (subject: Subject, measurement: Measurement) => {
    if (recorded.has(subject)) return
    recorded.add(subject)
    test.meta.verdict ??= []
    test.meta.verdict.push(measurement)
  }
  const abort = watchAbort(
    [test.context.signal, run.signal, ...subjects.map(({ options }) => options.signal)],
    // Nothing may be awaited here: when the test's time is up, Vitest reports its meta at once.
    (reason) => {
      for (const subject of subjects) {
        record(subject, latencyMeasurement(subject, { ...nothingElse(call), status: 'incomplete', error: reason }))
      }
    },
  )

  const probes = new Map<Subject, Probes>()
  const measure = async () => {
    const before = calibrate()
    const outsideLoad = watchOutsideLoad()
    await measureLatency(subjects, {
      run,
      seed: seedOf(`${test.fullTestName} ${call}`),
      aborted: () => abort.aborted,
      failFast: run.throws === true,
      after: async (subject) => {
        probes.set(subject, await probe(subject, group.test, options, () => abort.aborted))
      },
    })
    const doubtsAbout = doubtsAboutMachine(outsideLoad())
    const calibration = summariseCalibration([...before, ...calibrate()])
    for (const subject of subjects) {
      const failed = subject.error !== undefined
      const seen = probes.get(subject) ?? {}
      const extras = failed ? { metrics: {}, metadata: {} } : await askForExtras(subject)
      const measurement = latencyMeasurement(subject, {
        call,
        status: failed ? 'failed' : 'complete',
        error: subject.error,
        calibration,
        warnings: failed ? [] : [...(await doubtsAboutRounds(subject)), ...doubtsAbout],
        probes: seen,
        metadata: extras.metadata,
        metrics: { ...memoryMetrics(seen.memory), ...extras.metrics },
      })
      record(subject, measurement)
    }
  }
  try {
    await Promise.race([measure(), abort.rejection])
  } finally {
    abort.stop()
  }
  const errors = subjects.flatMap(({ error }) => (error === undefined ? [] : [error]))
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, 'Some benchmarks failed')
  return subjects.map((subject) =>
    toBenchResult(subject, subject.options.retainSamples ?? run.retainSamples ?? group.config.retainSamples),
  )
}

/** Length of the profiled pass, ms: with V8's start and stop some 60 ms per benchmark and session. */
const PROFILE_MS = 30
/** A profile is taken of functions of which one call is at most this share of the time budget. */
const PROFILE_SHARE = 0.25

/** The passes after the timed rounds: memory, collector and CPU, then the profile. */
async function probe(
  subject: Subject,
  test: BenchmarkGroup['test'],
  options: MeasureOptions,
  aborted: () => boolean,
): Promise<Probes> {
  const probes = (subject.options.memoryTracking ?? options.memoryTracking) ? await probePass(subject, aborted) : {}
  const affordable = subject.warmUp.callNs <= subject.budget.timeMs * 1e6 * PROFILE_SHARE
  if (!(subject.options.profiling ?? options.profiling) || !affordable || aborted()) return probes
  const { filepath, name } = test.file
  const root = filepath.endsWith(name) ? filepath.slice(0, -name.length) : undefined
  const file =
    root !== undefined && options.outputDir !== undefined
      ? profilePath(root, options.outputDir, name, `${test.fullTestName} ${subject.name}`)
      : undefined
  const profile = await profileWhile(async () => {
    const start = now()
    do {
      const round = runRound(subject, subject.batchSize, 'run')
      if (typeof round !== 'number') await round
    } while (now() - start < PROFILE_MS && !aborted())
  }, file)
  return { ...probes, profile }
}

async function doubtsAboutRounds(subject: Subject) {
  const { name, recorder, batchSize, resolutionNs, belowResolution, overrides, warmUp, budget } = subject
  const loops = await loopOverheads()
  return doubtsOf({
    name,
    samplesNs: recorder.samples(),
    rounds: recorder.count,
    batchSize,
    clockStepNs: clockFacts().stepNs,
    emptyNs: (subject.async ? loops.async : loops.sync).perCallNs,
    resolutionNs,
    belowResolution,
    overrides,
    warmUp,
    iterationsWanted: budget.iterations,
  })
}

function nothingElse(call: number) {
  return { call, warnings: [], probes: {}, metrics: {}, metadata: {} }
}

async function askForExtras({ options }: Subject): Promise<{ metrics: Record<string, Metric>; metadata: Metadata }> {
  const { metadata } = options
  return {
    metrics: (await options.metrics?.()) ?? {},
    metadata: (typeof metadata === 'function' ? await metadata() : metadata) ?? {},
  }
}

/** Counts provider calls from 0; a retried or repeated test starts anew, and what its earlier attempt measured is dropped. */
function nextCall(test: BenchmarkGroup['test']): number {
  const attempt = `${test.result?.retryCount ?? 0} ${test.result?.repeatCount ?? 0}`
  const known = calls.get(test)
  if (known?.attempt === attempt) return known.next++
  calls.set(test, { attempt, next: 1 })
  delete test.meta.verdict
  return 0
}

/** Waits for the first of several signals. `rejection` never resolves. */
function watchAbort(signals: (AbortSignal | undefined)[], onAbort: (reason: unknown) => void) {
  const { promise: rejection, reject } = Promise.withResolvers<never>()
  rejection.catch(() => {})
  const state = { aborted: false, rejection, stop: () => {} }
  const listeners = signals.flatMap((signal) => {
    if (!signal) return []
    const listener = () => {
      if (state.aborted) return
      state.aborted = true
      onAbort(signal.reason)
      reject(new Error('The benchmark was aborted before it was complete', { cause: signal.reason }))
    }
    if (signal.aborted) listener()
    else signal.addEventListener('abort', listener, { once: true })
    return [{ signal, listener }]
  })
  state.stop = () => {
    for (const { signal, listener } of listeners) signal.removeEventListener('abort', listener)
  }
  return state
}
