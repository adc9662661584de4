import type { Metric } from '../../plugin/run/metric.ts'
import type { Benchmark, Run, Session } from '../../plugin/run/run.ts'
import { makeBenchmark, makeRun } from './make-run.ts'

/** Metrics by name, session by session: all that a judge looks at. */
export type SessionSketch = Partial<Session> & { metrics: Record<string, Metric> }

/** A run of one benchmark, `case`, with exactly these sessions. */
export function runOf(sessions: readonly SessionSketch[], changes: Partial<Run> = {}): Run {
  return makeRun([benchmarkOf('case', sessions)], changes)
}

export function benchmarkOf(key: string, sessions: readonly SessionSketch[]): Benchmark {
  const made = makeBenchmark({ key, medianMs: 1, sessions: sessions.length, samples: 5, category: null })
  return { ...made, sessions: made.sessions.map((session, index) => ({ ...session, ...sessions[index]! })) }
}

/** Sessions of one gating duration, values in ms. */
export function durations(valuesMs: readonly number[], more: Partial<Session> = {}): SessionSketch[] {
  return valuesMs.map((value) => ({ ...more, metrics: { duration_median: duration(value * 1e6) } }))
}

export function duration(value: number): Metric {
  return { kind: 'quantity', title: 'Median Duration', direction: 'lower', gate: true, unit: 'ns', value }
}

export function quantity(changes: Partial<Extract<Metric, { kind: 'quantity' }>>): Metric {
  return { kind: 'quantity', title: 'Figure', direction: 'lower', gate: true, unit: '1', value: 1, ...changes }
}

export function rate(numerator: number, denominator: number): Metric {
  return { kind: 'rate', title: 'Success Rate', direction: 'higher', gate: true, unit: '%', numerator, denominator }
}

export function count(value: number): Metric {
  return { kind: 'count', title: 'Requests', direction: 'lower', gate: true, unit: '1', value }
}
