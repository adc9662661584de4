import type { Benchmark, Run, Session } from '../../plugin/run/run.ts'
import { runFormat, runVersion } from '../../plugin/run/run.ts'
import { aMeasurement, nanoseconds } from './a-measurement.ts'

/** A run without benchmarks, for tests to vary. */
export function aRun(change: Partial<Run> = {}): Run {
  return {
    format: runFormat,
    version: runVersion,
    id: '20260102_030405',
    startedAt: '2026-01-02T03:04:05.000Z',
    finishedAt: '2026-01-02T03:05:05.000Z',
    complete: true,
    environment: {
      platform: 'linux',
      arch: 'x64',
      osRelease: '6.1.0',
      cpuModel: 'Test CPU',
      cpus: 2,
      memoryBytes: 8_000_000_000,
      limits: { cpus: null, memoryBytes: null },
      node: 'v24.21.0',
      v8: '13.6',
      nodeFlags: [],
      vitest: '5.1.1',
      ci: null,
      commit: '0123456789abcdef0123456789abcdef01234567',
      branch: 'main',
      dirty: false,
    },
    machineClass: 'linux-x64-2cpu-node24',
    options: {
      iterations: 100,
      warmup: 10,
      concurrent: 10,
      profiling: true,
      memoryTracking: true,
      useAnalyticalModels: true,
      analyticalModels: ['deepseek-r1-70b', 'llama-3.1-70b'],
      threshold: 5,
      sessions: 6,
      profile: 'full',
    },
    benchmarks: [],
    failures: [],
    warnings: [],
    ...change,
  }
}

/** A benchmark whose sessions have these medians (and means), ns. */
export function aBenchmark(key: string, mediansNs: readonly number[], change: Partial<Benchmark> = {}): Benchmark {
  return {
    key,
    name: key,
    category: 'custom',
    file: 'bench/a.bench.ts',
    project: '',
    test: key,
    tags: [],
    sessions: mediansNs.map((median, index) => aSession(median, { session: index + 1, name: key })),
    ...change,
  }
}

function aSession(median: number, change: Partial<Session>): Session {
  return {
    ...aMeasurement({
      samplesNs: [median, median * 1.01, median * 0.99, median],
      metrics: {
        duration_median: nanoseconds('Median Duration', median),
        duration_mean: nanoseconds('Average Duration', median),
      },
    }),
    session: 1,
    ...change,
  }
}
