import type { Measurement } from '../../plugin/run/measurement.ts'
import type { Metric } from '../../plugin/run/metric.ts'

/** A measurement of a 1 µs function, for tests to vary. */
export function aMeasurement(change: Partial<Measurement> = {}): Measurement {
  return {
    name: 'parse',
    call: 0,
    engine: 'latency',
    process: { pid: 1, threadId: 0 },
    startedAt: '2026-01-02T03:04:05.000Z',
    tookMs: 50,
    status: 'complete',
    batchSize: 1,
    iterations: 4,
    samplesNs: [1000, 1010, 990, 1000],
    droppedSamples: 0,
    failedSamples: [],
    succeeded: 4,
    failed: 0,
    failures: {},
    metrics: {
      duration_median: nanoseconds('Median Duration', 1000),
      duration_mean: nanoseconds('Average Duration', 1000),
    },
    metadata: {},
    clockStepNs: 10,
    warnings: [],
    probes: {},
    ...change,
  }
}

/** A duration metric that gates. */
export function nanoseconds(title: string, value: number): Metric {
  return { kind: 'quantity', title, direction: 'lower', gate: true, value, unit: 'ns' }
}
