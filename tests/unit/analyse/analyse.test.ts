import { describe, expect, test } from 'vitest'
import { analyse } from '../../../plugin/analyse/analyse.ts'
import { calmRun, perSecond, rate, troubledRun } from '../../support/made-runs.ts'
import { makeReport } from '../../support/make-report.ts'
import { type BenchmarkSketch, makeBenchmark, makeRun } from '../../support/make-run.ts'

function analyseSketches(...sketches: BenchmarkSketch[]) {
  const run = makeRun(sketches.map(makeBenchmark))
  return analyse(run, makeReport(run))
}

describe('analyse()', () => {
  test('finds nothing where every figure is well', () => {
    const run = calmRun()
    expect(analyse(run, makeReport(run))).toEqual({
      bottlenecks: [],
      opportunities: [],
      recommendations: [],
    })
  })

  test('gives the same analysis for the same figures, and changes none of them', () => {
    const run = troubledRun()
    const report = makeReport(run)
    const before = structuredClone({ run, report })
    expect(analyse(run, report)).toEqual(analyse(run, report))
    expect({ run, report }).toEqual(before)
  })

  test('supports every sentence with at least one finite figure', () => {
    const run = troubledRun()
    const { bottlenecks, opportunities, recommendations } = analyse(run, makeReport(run))
    const facts = [
      ...bottlenecks.map((entry) => entry.facts),
      ...opportunities.map((entry) => entry.facts),
      ...recommendations.flatMap(({ advice }) => advice.map((entry) => entry.facts)),
    ]
    expect(facts.length).toBeGreaterThan(15)
    for (const list of facts) {
      expect(list).not.toEqual([])
      for (const { value } of list) expect(value).toSatisfy(Number.isFinite)
    }
  })
})

describe('bottlenecks', () => {
  test('are operations that average over 100 ms', () => {
    const { bottlenecks } = analyseSketches(
      { key: 'under', medianMs: 95, spread: 0.01 },
      { key: 'over', medianMs: 110, spread: 0.01 },
    )
    expect(bottlenecks.map(({ key, reasons }) => [key, reasons])).toEqual([['over', ['slow']]])
  })

  test.each([
    [130, 'medium'],
    [234, 'high'],
    [1_500, 'critical'],
  ])('of %d ms have the impact "%s"', (medianMs, impact) => {
    expect(analyseSketches({ key: 'x', medianMs }).bottlenecks[0]?.impact).toBe(impact)
  })

  test('are fast operations with a slow tail too, with the count of their outliers', () => {
    const { bottlenecks } = analyseSketches({ key: 'x', medianMs: 3, tailShare: 0.06, tailFactor: 10 })
    expect(bottlenecks[0]).toMatchObject({ reasons: ['tail'], impact: 'low' })
    const { count, of } = bottlenecks[0]!.outliers
    expect(of).toBe(600)
    expect(count / of).toBeGreaterThan(0.03)
    expect(count / of).toBeLessThan(0.1)
  })

  test('are not tails that nobody notices', () => {
    expect(analyseSketches({ key: 'x', medianMs: 0.001, tailShare: 0.06, tailFactor: 50 }).bottlenecks).toEqual([])
  })

  test('name the functions that cost most, averaged over the sessions', () => {
    const run = makeRun([makeBenchmark({ key: 'x', medianMs: 300, sessions: 2 })])
    const [first, second] = run.benchmarks[0]!.sessions
    first!.probes = { profile: { top: [{ name: 'parse', url: 'a.ts', line: 3, selfPercent: 60 }] } }
    second!.probes = { profile: { top: [{ name: 'parse', url: 'a.ts', line: 3, selfPercent: 20 }] } }
    const [bottleneck] = analyse(run, makeReport(run)).bottlenecks
    expect(bottleneck?.hotFunctions).toEqual([{ name: 'parse', url: 'a.ts', line: 3, selfPercent: 40 }])
    expect(bottleneck?.recommendation).toBe('Start with parse: it alone takes 40% of the CPU time')
  })
})

describe('opportunities', () => {
  test('say what a low success rate costs, and that time limits are a small effort', () => {
    const [found] = analyseSketches({
      key: 'x',
      medianMs: 5,
      failed: 10,
      failures: { TimeoutError: 10 },
    }).opportunities
    expect(found).toMatchObject({
      kind: 'success-rate',
      priority: 'high',
      effort: 'low',
      potential: 'Up to 100 more of 1,000 calls succeed',
    })
  })

  test('derive the gain of a better hit rate from the measured hits and misses', () => {
    const { opportunities } = analyseSketches(
      { key: 'cache_cold', category: 'cache_performance', medianMs: 10, spread: 0 },
      { key: 'cache_warm', category: 'cache_performance', medianMs: 1, spread: 0 },
      {
        key: 'cache_eviction',
        category: 'cache_performance',
        medianMs: 5,
        spread: 0,
        metrics: { hit_rate: rate('Hit Rate', 50, 100) },
      },
    )
    const found = opportunities.find(({ kind }) => kind === 'cache-hit-rate')
    // Mean lookup at 50 %: 5.5 ms; at 80 %: 2.8; at 95 %: 1.45.
    expect(found?.gainPercent.low).toBeCloseTo(100 * (1 - 2.8 / 5.5), 0)
    expect(found?.gainPercent.high).toBeCloseTo(100 * (1 - 1.45 / 5.5), 0)
  })

  test('derive the gain of a shorter tail from the samples', () => {
    const run = makeRun([makeBenchmark({ key: 'x', medianMs: 1, sessions: 1 })])
    run.benchmarks[0]!.sessions[0]!.samplesNs = [...Array(95).fill(1e6), ...Array(5).fill(21e6)]
    const [found] = analyse(run, makeReport(run)).opportunities
    // Total 200 ms, of which the tail is 105; at the median it would be 5.
    expect(found).toMatchObject({ kind: 'slow-tail', gainPercent: { low: 0, high: 50 } })
  })

  test('bound the gain of a faster function by its share of the CPU time', () => {
    const [found] = analyseSketches({
      key: 'x',
      medianMs: 1,
      probes: {
        cpu: { userMicros: 1, systemMicros: 1, microsPerOperation: 500, percentOfCore: 50 },
        profile: { top: [{ name: 'parse', url: 'src/parse.ts', line: 3, selfPercent: 60 }] },
      },
    }).opportunities
    expect(found).toMatchObject({ kind: 'hot-function', effort: 'low', gainPercent: { low: 15, high: 30 } })
  })

  test('name a function that dominates several benchmarks once', () => {
    const profile = { top: [{ name: 'rank', url: 'file:///p/select.ts', line: 3, selfPercent: 60 }] }
    const { opportunities } = analyseSketches(
      { key: 'a', medianMs: 1, probes: { profile } },
      { key: 'b', medianMs: 1, probes: { profile } },
    )
    expect(opportunities).toHaveLength(1)
    expect(opportunities[0]?.opportunity).toBe('rank (/p/select.ts:3) dominates the CPU profile')
    expect(opportunities[0]?.facts).toContainEqual({ title: 'Benchmarks that it dominates', value: 2, unit: '1' })
  })

  test('do not blame a cache for missing where the case is made to miss', () => {
    const cache = (key: string, medianMs: number, hits: number): BenchmarkSketch => ({
      key,
      category: 'cache_performance',
      medianMs,
      metrics: { hit_rate: rate('Hit Rate', hits, 100) },
    })
    const kinds = (...sketches: BenchmarkSketch[]) => analyseSketches(...sketches).opportunities.map(({ kind }) => kind)
    const [cold, warm] = [cache('cache_cold', 3, 0), cache('cache_warm', 1, 100)]
    expect(kinds(cold, warm, cache('cache_eviction', 3, 0))).not.toContain('cache-hit-rate')
    expect(kinds(cold, cache('cache_warm', 1, 0))).toContain('cache-hit-rate')
  })

  test('find where more requests at once bring no more throughput', () => {
    const level = (n: number, medianMs: number, throughput: number): BenchmarkSketch => ({
      key: `concurrent_${n}`,
      category: 'concurrent_requests',
      medianMs,
      spread: 0,
      metrics: { throughput: perSecond(throughput) },
    })
    const [found] = analyseSketches(level(1, 10, 100), level(10, 11, 900), level(50, 55, 905)).opportunities
    expect(found).toMatchObject({ kind: 'contention', key: 'concurrent_50' })
    expect(found?.opportunity).toContain('from 10 to 50 at once')
    expect(found?.gainPercent.high).toBeCloseTo(100 * (1 - 10 / 55), 0)
  })

  test('come by priority, and within it by gain against effort', () => {
    const run = troubledRun()
    const order = ['high', 'medium', 'low']
    const ranks = analyse(run, makeReport(run)).opportunities.map(({ priority }) => order.indexOf(priority))
    expect(ranks).toEqual(ranks.toSorted())
  })
})

describe('recommendations', () => {
  test('cover every area whose figure breaks its limit', () => {
    const run = troubledRun()
    const areas = analyse(run, makeReport(run)).recommendations.map(({ area, key }) => [area, key])
    expect(areas).toEqual([
      ['selection', 'model_selection_code_generation_low'],
      ['memory', 'memory_allocation_70b'],
      ['concurrency', 'concurrent_10'],
      ['cache', 'cache_eviction'],
      ['latency', 'api_response_high_reasoning'],
    ])
  })

  test('leave out advice that no figure supports', () => {
    const [found] = analyseSketches({
      key: 'api_response_x',
      category: 'api_response_time',
      medianMs: 800,
    }).recommendations
    expect(found).toMatchObject({ area: 'latency', advice: [] })
  })
})
