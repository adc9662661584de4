import { threadId } from 'node:worker_threads'
import type { Calibration, Measurement, Probes, Warning } from '../run/measurement.ts'
import type { Metric } from '../run/metric.ts'
import type { Metadata } from './bench-options.ts'
import { clockFacts } from './clock.ts'
import { durationMetrics } from './duration-metrics.ts'
import { failureKind } from './failure-kind.ts'
import { describeLoad, type LoadRun } from './load/load-engine.ts'
import { loadMetrics } from './load/load-metrics.ts'
import type { Subject } from './subject.ts'

/** Rounds that travel to the main process: 20 KB as JSON, and ten times the iterations wanted by default. */
export const MOST_SAMPLES = 1000

/** What is known about a measurement beside its rounds. */
export interface Circumstances {
  call: number
  status: Measurement['status']
  error?: unknown
  calibration?: Calibration | undefined
  processorsUsed?: number | undefined
  warnings: Warning[]
  probes: Probes
  metrics: Record<string, Metric>
  metadata: Metadata
}

/** Of a measurement that is complete, and of which nothing is known beside its rounds. */
export function bareCircumstances(call: number): Circumstances {
  return { call, status: 'complete', warnings: [], probes: {}, metrics: {}, metadata: {} }
}

/** The plain record of one benchmark of the latency engine. */
export function latencyMeasurement(subject: Subject, circumstances: Circumstances): Measurement {
  const { recorder } = subject
  const { samples, failed, dropped } = recorder.thinned(MOST_SAMPLES)
  const failures = circumstances.status === 'failed' ? 1 : 0
  const metrics = durationMetrics({
    samplesNs: recorder.samples(),
    batched: subject.batchSize > 1,
    minNs: recorder.minNs,
    maxNs: recorder.maxNs,
    meanNs: subject.long.calls > 0 ? subject.long.ns / subject.long.calls : recorder.sumNs / recorder.count,
    tail: (share) => recorder.histogramQuantile(share),
    succeeded: subject.iterations,
    failed: failures,
    throughput: 1e9 / (recorder.sumNs / recorder.count),
    gate: true,
  })
  return {
    ...commonFields(subject, circumstances),
    engine: 'latency',
    batchSize: subject.batchSize,
    iterations: subject.iterations,
    samplesNs: samples,
    droppedSamples: dropped,
    failedSamples: failed,
    succeeded: subject.iterations,
    failed: failures,
    failures: failures > 0 ? { [failureKind(circumstances.error)]: failures } : {},
    metrics: { ...metrics, ...circumstances.metrics },
  }
}

/** The plain record of one benchmark of the load engine: durations are of the requests that succeeded. */
export function loadMeasurement(run: LoadRun, circumstances: Circumstances): Measurement {
  const { log, subject } = run
  const load = describeLoad(run)
  const { samples, failed, dropped } = log.all.thinned(MOST_SAMPLES)
  const metrics = durationMetrics({
    samplesNs: log.good.samples(),
    batched: false,
    minNs: log.good.minNs,
    maxNs: log.good.maxNs,
    meanNs: log.good.sumNs / log.good.count,
    tail: (share) => log.good.histogramQuantile(share),
    succeeded: log.succeeded,
    // A request that was never sent for want of room got no answer either.
    failed: log.failed + log.dropped,
    throughput: load.throughputPerSecond,
    // Over steps through saturation they are a mixture in which a little less capacity is much more time.
    gate: load.steps === undefined,
  })
  return {
    ...commonFields(subject, circumstances),
    engine: 'load',
    batchSize: 1,
    iterations: log.succeeded + log.failed,
    samplesNs: samples,
    droppedSamples: dropped,
    failedSamples: failed,
    succeeded: log.succeeded,
    failed: log.failed,
    failures: Object.fromEntries(log.failures),
    metrics: { ...metrics, ...loadMetrics(load), ...circumstances.metrics },
    load,
  }
}

/** The fields that both engines fill alike. */
function commonFields(subject: Subject, circumstances: Circumstances) {
  const { options } = subject
  const { call, status, error, calibration, processorsUsed, warnings, probes, metadata } = circumstances
  return {
    name: subject.name,
    call,
    ...(options.category !== undefined && { category: options.category }),
    ...(options.title !== undefined && { title: options.title }),
    ...(options.threshold !== undefined && { threshold: options.threshold }),
    process: { pid: process.pid, threadId },
    startedAt: subject.startedAt.toISOString(),
    tookMs: subject.tookMs,
    status,
    ...(error !== undefined && { error: errorText(error) }),
    metadata,
    clockStepNs: clockFacts().stepNs,
    ...(calibration && { calibrationNs: calibration }),
    ...(processorsUsed !== undefined && { processorsUsed }),
    warnings,
    probes,
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
