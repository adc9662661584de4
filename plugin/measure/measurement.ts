import { threadId } from 'node:worker_threads'
import type { Calibration, LoadResult, Measurement, Probes, Warning } from '../run/measurement.ts'
import type { Metric } from '../run/metric.ts'
import type { Metadata } from './bench-options.ts'
import { clockFacts } from './clock.ts'
import { durationMetrics } from './duration-metrics.ts'
import type { Subject } from './subject.ts'

/** Rounds that travel to the main process: 20 KB as JSON, and ten times the iterations wanted by default. */
export const MOST_SAMPLES = 1000

/** What is known about a measurement beside its rounds. */
export interface Circumstances {
  call: number
  status: Measurement['status']
  error?: unknown
  calibration?: Calibration | undefined
  warnings: Warning[]
  probes: Probes
  metrics: Record<string, Metric>
  metadata: Metadata
}

/** The plain record of one benchmark of the latency engine. */
export function latencyMeasurement(subject: Subject, circumstances: Circumstances): Measurement {
  const { recorder } = subject
  const { samples, failed, dropped } = recorder.thinned(MOST_SAMPLES)
  const failures = circumstances.status === 'failed' ? 1 : 0
  const metrics = durationMetrics({
    samplesNs: recorder.samples(),
    minNs: recorder.minNs,
    maxNs: recorder.maxNs,
    meanNs: subject.long.calls > 0 ? subject.long.ns / subject.long.calls : recorder.sumNs / recorder.count,
    tail: (share) => recorder.histogramQuantile(share),
    succeeded: subject.iterations,
    failed: failures,
    throughput: 1e9 / (recorder.sumNs / recorder.count),
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

/** The fields that both engines fill alike. */
export function commonFields(
  subject: Pick<Subject, 'name' | 'options' | 'startedAt' | 'tookMs'>,
  circumstances: Circumstances,
  load?: LoadResult,
) {
  const { options } = subject
  const { call, status, error, calibration, warnings, probes, metadata } = circumstances
  return {
    name: subject.name,
    call,
    ...(options.category !== undefined && { category: options.category }),
    ...(options.title !== undefined && { title: options.title }),
    process: { pid: process.pid, threadId },
    startedAt: subject.startedAt.toISOString(),
    tookMs: subject.tookMs,
    status,
    ...(error !== undefined && { error: errorText(error) }),
    metadata,
    clockStepNs: clockFacts().stepNs,
    ...(calibration && { calibrationNs: calibration }),
    warnings,
    probes,
    ...(load && { load }),
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

/** How failures are counted: by code where there is one (`ECONNREFUSED`), else by the error's name. */
export function failureKind(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error
  const { code, name } = error as { code?: unknown; name?: unknown }
  if (typeof code === 'string' && code !== '') return code
  return typeof name === 'string' && name !== '' ? name : 'Error'
}
