import type { Metric } from '../../plugin/run/metric.ts'
import type { Run } from '../../plugin/run/run.ts'
import { hostileNames } from '../unit/reporters/hostile-names.ts'
import { type BenchmarkSketch, makeBenchmark, makeRun } from './make-run.ts'

export function rate(title: string, numerator: number, denominator: number): Metric {
  return { kind: 'rate', title, numerator, denominator, unit: '%', direction: 'higher', gate: true }
}

export function perSecond(value: number): Metric {
  return { kind: 'quantity', title: 'Throughput', value, unit: '1/s', direction: 'higher', gate: true }
}

/** A run in which something is wrong in every area. */
export function troubledRun(): Run {
  const busy = { cpu: { userMicros: 9e5, systemMicros: 1e5, microsPerOperation: 100_000, percentOfCore: 92 } }
  const waiting = { cpu: { userMicros: 1e5, systemMicros: 1e4, microsPerOperation: 3_000, percentOfCore: 12 } }
  const sketches: BenchmarkSketch[] = [
    {
      key: 'model_selection_code_generation_low',
      medianMs: 120,
      probes: {
        ...busy,
        profile: {
          top: [
            {
              name: 'scoreModels',
              url: 'fixtures/orchestrator/selection/score-models.ts',
              line: 41,
              selfPercent: 46.5,
            },
            { name: 'structuredClone', url: '', line: 0, selfPercent: 12.25 },
          ],
        },
      },
    },
    { key: 'model_selection_quick_qa_low', medianMs: 2.3 },
    {
      key: 'memory_allocation_70b',
      category: 'memory_allocation',
      medianMs: 14,
      memoryMb: { average: 520, peak: 1480 },
      probes: {
        memory: {
          heapAverageBytes: 5e8,
          heapPeakBytes: 9e8,
          rssAverageBytes: 9e8,
          rssPeakBytes: 1.48e9,
          externalPeakBytes: 4e8,
          bytesPerOperation: 2.5e7,
        },
        gc: { count: 40, pauseTotalMs: 300, pauseMaxMs: 30 },
      },
    },
    ...[
      { n: 1, ms: 20, throughput: 50 },
      { n: 5, ms: 60, throughput: 82 },
      { n: 10, ms: 118, throughput: 84 },
    ].map(
      ({ n, ms, throughput }): BenchmarkSketch => ({
        key: `concurrent_${n}`,
        category: 'concurrent_requests',
        medianMs: ms,
        failed: n === 10 ? 8 : 0,
        failures: n === 10 ? { TimeoutError: 6, 'HTTP 429': 2 } : {},
        metrics: { throughput: perSecond(throughput) },
        probes: waiting,
      }),
    ),
    {
      key: 'cache_cold',
      category: 'cache_performance',
      medianMs: 25,
      spread: 0.5,
      metrics: { hit_rate: rate('Hit Rate', 0, 100) },
    },
    {
      key: 'cache_warm',
      category: 'cache_performance',
      medianMs: 0.08,
      metrics: { hit_rate: rate('Hit Rate', 100, 100) },
    },
    {
      key: 'cache_eviction',
      category: 'cache_performance',
      medianMs: 9,
      metrics: { hit_rate: rate('Hit Rate', 62, 100) },
    },
    {
      key: 'api_response_high_reasoning',
      category: 'api_response_time',
      medianMs: 640,
      tailShare: 0.06,
      tailFactor: 4,
      probes: waiting,
    },
    { key: 'token_counting_long', category: 'token_counting', medianMs: 0.4, tailShare: 0.06, tailFactor: 30 },
  ]
  return makeRun(sketches.map(makeBenchmark))
}

/** A run of ordinary benchmarks with nothing to complain about. */
export function calmRun(count = 5): Run {
  const kinds = ['code_generation_low', 'reasoning_high', 'system_design_high', 'quick_qa_low', 'data_analysis_medium']
  return makeRun(
    Array.from({ length: count }, (_, index) => {
      const kind = kinds[index % kinds.length]!
      return makeBenchmark({
        key: `model_selection_${kind}${index < kinds.length ? '' : `_${Math.floor(index / kinds.length)}`}`,
        title: kind.replaceAll('_', ' '),
        medianMs: 0.02 * 1.9 ** (index % 12),
        memoryMb: { average: 40 + index, peak: 60 + 2 * index },
      })
    }),
  )
}

/** A run whose names and errors are hostile. */
export function hostileRun(): Run {
  const texts = Object.values(hostileNames)
  const benchmarks = texts.map((name, index) =>
    makeBenchmark({
      key: name,
      name,
      title: name,
      file: name,
      category: index % 2 === 0 ? null : name,
      medianMs: 150 + index,
      failed: 9,
      failures: { [name]: 9 },
      metadata: { [name]: name },
      metrics: {
        custom: { kind: 'quantity', title: name, value: 5, unit: 'ns', direction: 'lower', gate: false },
      },
      probes: { profile: { top: [{ name, url: name, line: 3, selfPercent: 60 }] } },
    }),
  )
  return makeRun(benchmarks, {
    failures: texts.map((error, index) => ({ key: error, session: index + 1, error })),
    warnings: texts.map((text) => ({ code: text, text })),
  })
}
