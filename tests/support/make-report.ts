import type { BenchmarkReport, MetricComparison, Report, Severity, Verdict } from '../../plugin/judge/report.ts'
import type { Benchmark, Run } from '../../plugin/run/run.ts'

export interface Change {
  /** new / old of the average duration. */
  ratio: number
  verdict: Verdict
  severity?: Severity | null
}

/** A report as the judge would give it, with the changes that a test asks for; without changes there is no baseline. */
export function makeReport(run: Run, changes?: Record<string, Change>): Report {
  const benchmarks = run.benchmarks.map((benchmark) => reportBenchmark(benchmark, changes?.[benchmark.key]))
  const order: Verdict[] = ['regressed', 'inconclusive', 'improved', 'unchanged', 'no-baseline']
  const verdict = order.find((candidate) => benchmarks.some((benchmark) => benchmark.verdict === candidate))
  return {
    version: 1,
    run: {
      id: run.id,
      startedAt: run.startedAt,
      sessions: run.options.sessions,
      machineClass: run.machineClass,
      commit: run.environment.commit,
    },
    baseline:
      changes === undefined
        ? { kind: 'none', expectedPath: `baseline/${run.machineClass}.json` }
        : {
            kind: 'compared',
            path: `baseline/${run.machineClass}.json`,
            runs: 1,
            commit: '0f1e2d3c4b5a69788796a5b4c3d2e1f001122334',
            acceptedAt: '2026-11-20T12:00:00.000Z',
          },
    verdict: verdict ?? 'no-baseline',
    exitCode: benchmarks.some(({ severity }) => severity === 'critical') ? 1 : 0,
    failOn: 'critical',
    threshold: run.options.threshold,
    benchmarks,
    failures: run.failures,
    skipped: run.skipped ?? [],
    warnings: run.warnings,
  }
}

function reportBenchmark(benchmark: Benchmark, change: Change | undefined): BenchmarkReport {
  const { sessions, key, name, category } = benchmark
  const samples = sessions.flatMap(({ samplesNs }) => samplesNs).toSorted((a, b) => a - b)
  const at = (share: number) => samples[Math.min(samples.length - 1, Math.floor(share * samples.length))]! / 1e6
  const sum = (pick: (session: (typeof sessions)[number]) => number) =>
    sessions.reduce((total, s) => total + pick(s), 0)
  const averageMs = samples.reduce((total, value) => total + value, 0) / samples.length / 1e6
  const iterations = sum((session) => session.iterations)
  const failed = sum((session) => session.failed)
  const megabytes = (name: string) => {
    const [metric] = sessions.flatMap(({ metrics }) => metrics[name] ?? [])
    return metric?.kind === 'quantity' ? metric.value / 1e6 : null
  }
  const throughput = sessions[0]?.metrics.throughput
  return {
    key,
    name,
    category,
    status: change === undefined ? 'new' : 'compared',
    verdict: change?.verdict ?? 'no-baseline',
    severity: change?.severity ?? null,
    metrics: { duration_mean: compareMean(averageMs * 1e6, sessions.length, change) },
    statistics: {
      sessions: sessions.length,
      iterations,
      succeeded: iterations - failed,
      failed,
      averageMs,
      minimumMs: samples[0]! / 1e6,
      maximumMs: samples.at(-1)! / 1e6,
      p50Ms: at(0.5),
      p95Ms: at(0.95),
      p99Ms: at(0.99),
      averageMemoryMb: megabytes('memory_average'),
      peakMemoryMb: megabytes('memory_peak'),
      successRate: (100 * (iterations - failed)) / iterations,
      throughputPerSecond: throughput?.kind === 'quantity' ? throughput.value : null,
      spreadPercent: sessions.length < 4 ? null : 1.2,
    },
    warnings: [],
  }
}

function compareMean(currentNs: number, sessions: number, change: Change | undefined): MetricComparison {
  return {
    title: 'Average Duration',
    unit: 'ns',
    direction: 'lower',
    gate: true,
    old: change === undefined ? null : currentNs / change.ratio,
    new: currentNs,
    ratio: change?.ratio ?? null,
    interval: change === undefined ? null : [change.ratio * 0.97, change.ratio * 1.03],
    n: [change === undefined ? 0 : sessions, sessions],
    verdict: change?.verdict ?? 'no-baseline',
    severity: change?.severity ?? null,
    detectable: change === undefined ? null : 6.4,
    warnings: [],
  }
}
