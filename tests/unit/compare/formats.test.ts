import { describe, expect, test } from 'vitest'
import type { ImportedQuantity } from '../../../plugin/compare/imported.ts'
import { formats, mergeResults, readResults } from '../../../plugin/compare/recognise.ts'
import { makeRun } from '../../support/make-run.ts'
import { benchmarkOf, durations, rate } from '../../support/sketch-run.ts'

const tiny = { mean: 0.25, p50: 0.2, p99: 0.9, samplesCount: 100 }
const summary = {
  category: 'cache_warm',
  total_runs: 600,
  successful_runs: 600,
  failed_runs: 0,
  avg_duration_ms: 2.5,
  p50_duration_ms: 2,
  p95_duration_ms: 3,
  p99_duration_ms: 4,
  success_rate: 100,
  sessions: [
    { log_median_ms: Math.log(2), n: 100 },
    { log_median_ms: Math.log(3), n: 100 },
  ],
}
const run = makeRun([
  benchmarkOf(
    'cache_warm',
    durations([1, 2]).map((session) => ({ ...session, metrics: { ...session.metrics, success_rate: rate(9, 10) } })),
  ),
])

interface Example {
  format: string
  what: string
  text: string
  benchmark: string
  metric: string
  expected: Partial<ImportedQuantity>
}

// Shaped after files that the tools wrote (Vitest 5.1, tinybench 6.2, mitata 1.0, hyperfine 1.19) or their documentation.
const examples: Example[] = [
  {
    format: 'go',
    what: 'text of go test -bench, each line a session',
    text: 'goos: linux\npkg: example.org/cache\nBenchmarkGet-12   \t 1000\t 776.1 ns/op\t 16 B/op\t 1 allocs/op\nBenchmarkGet-12 1000 780 ns/op 16 B/op 1 allocs/op\nPASS\nok\n',
    benchmark: 'example.org/cache.BenchmarkGet-12',
    metric: 'ns/op',
    expected: { unit: 'ns', direction: 'lower', values: [776.1, 780] },
  },
  {
    format: 'go',
    what: 'throughputs, where higher is better, and Windows line ends',
    text: 'BenchmarkCopy-8 10 2.5 ms/op 120 MB/s\r\n',
    benchmark: 'BenchmarkCopy-8',
    metric: 'MB/s',
    expected: { unit: 'MB/s', direction: 'higher', values: [120] },
  },
  {
    format: 'hyperfine',
    what: '--export-json, each time a session',
    text: JSON.stringify({
      results: [{ command: 'sleep 0.1', mean: 0.1, times: [0.1, 0.11], parameters: { n: '2' } }],
    }),
    benchmark: 'sleep 0.1 n=2',
    metric: 'time',
    expected: { unit: 'ns', values: [1e8, 1.1e8] },
  },
  {
    format: 'vitest',
    what: 'a JSON report of Vitest 5',
    text: JSON.stringify({
      testResults: [
        {
          name: '/p/a.bench.ts',
          assertionResults: [
            {
              fullName: 'cache',
              benchmarks: [{ name: 'cache', tasks: [{ name: 'warm', latency: tiny, throughput: {}, period: 1 }] }],
            },
          ],
        },
      ],
    }),
    benchmark: 'cache > warm',
    metric: 'duration_median',
    expected: { unit: 'ns', values: [200_000] },
  },
  {
    format: 'vitest',
    what: 'outputJson of Vitest 4',
    text: JSON.stringify({
      files: [
        {
          filepath: '/p/a.bench.ts',
          groups: [{ fullName: 'a.bench.ts > cache', benchmarks: [{ name: 'warm', mean: 0.25, median: 0.2 }] }],
        },
      ],
    }),
    benchmark: 'a.bench.ts > cache > warm',
    metric: 'duration_mean',
    expected: { unit: 'ns', values: [250_000] },
  },
  {
    format: 'vitest-result',
    what: 'a file of writeResult',
    text: JSON.stringify({ latency: tiny, throughput: { mean: 4000 }, period: 0.25, totalTime: 500 }),
    benchmark: 'result',
    metric: 'duration_mean',
    expected: { unit: 'ns', values: [250_000] },
  },
  {
    format: 'tinybench',
    what: 'tasks with results',
    text: JSON.stringify([{ name: 'warm', result: { state: 'completed', latency: tiny } }]),
    benchmark: 'warm',
    metric: 'duration_median',
    expected: { unit: 'ns', values: [200_000] },
  },
  {
    format: 'tinybench',
    what: 'a table',
    text: JSON.stringify([
      {
        'Task name': 'warm',
        'Latency avg (ns)': '260.96 ± 55.60%',
        'Latency med (ns)': '1,141.00 ± 10.00',
        Samples: 98859,
      },
    ]),
    benchmark: 'warm',
    metric: 'duration_median',
    expected: { unit: 'ns', values: [1141] },
  },
  {
    format: 'mitata',
    what: 'runs of a benchmark',
    text: JSON.stringify({
      layout: [],
      benchmarks: [
        { alias: 'parse', runs: [{ name: 'parse', stats: { kind: 'fn', avg: 135.7, p50: 115, samples: [] } }] },
      ],
      context: {},
    }),
    benchmark: 'parse',
    metric: 'duration_median',
    expected: { unit: 'ns', values: [115] },
  },
  {
    format: 'google-benchmark',
    what: 'repetitions without aggregates',
    text: JSON.stringify({
      context: { date: 'x' },
      benchmarks: [
        {
          name: 'BM_a',
          run_name: 'BM_a',
          run_type: 'iteration',
          real_time: 2,
          cpu_time: 1,
          time_unit: 'us',
          items_per_second: 5,
        },
        { name: 'BM_a', run_name: 'BM_a', run_type: 'iteration', real_time: 3, cpu_time: 1, time_unit: 'us' },
        { name: 'BM_a_mean', run_name: 'BM_a', run_type: 'aggregate', real_time: 2.5, cpu_time: 1, time_unit: 'us' },
      ],
    }),
    benchmark: 'BM_a',
    metric: 'real_time',
    expected: { unit: 'ns', values: [2000, 3000], gate: true },
  },
  {
    format: 'pytest-benchmark',
    what: '--benchmark-json',
    text: JSON.stringify({
      machine_info: {},
      benchmarks: [{ name: 'test_a', fullname: 'bench.py::test_a', stats: { mean: 0.002, median: 0.001, rounds: 5 } }],
    }),
    benchmark: 'bench.py::test_a',
    metric: 'duration_median',
    expected: { unit: 'ns', values: [1e6] },
  },
  {
    format: 'github-action-benchmark',
    what: 'data.js, one value per commit',
    text: `window.BENCHMARK_DATA = ${JSON.stringify({ entries: { Suite: [1, 2].map((value) => ({ commit: {}, tool: 'benchmarkjs', benches: [{ name: 'fib', value, unit: 'ops/sec', range: '±1%' }] })) } })};`,
    benchmark: 'Suite > fib',
    metric: 'value',
    expected: { unit: 'ops/sec', direction: 'higher', values: [1, 2], of: 'runs' },
  },
  {
    format: 'run',
    what: 'a run of ours',
    text: JSON.stringify(run),
    benchmark: 'cache_warm',
    metric: 'duration_median',
    expected: { unit: 'ns', values: [1e6, 2e6], gate: true },
  },
  {
    format: 'summaries',
    what: 'a summaries file of ours, with its sessions',
    text: JSON.stringify({ cache_warm: summary }),
    benchmark: 'cache_warm',
    metric: 'duration_median',
    expected: { unit: 'ns', gate: true, values: [Math.exp(Math.log(2)) * 1e6, Math.exp(Math.log(3)) * 1e6] },
  },
]

describe('readResults()', () => {
  test.each(examples)('recognises $format: $what', ({ format, text, benchmark, metric, expected }) => {
    const imported = readResults(text)
    expect(imported.format).toBe(format)
    const found = imported.benchmarks.find(({ name }) => name === benchmark)
    expect(Object.keys(found?.metrics ?? {}), imported.benchmarks.map(({ name }) => name).join()).toContain(metric)
    expect(found!.metrics[metric]).toMatchObject(expected)
  })

  test.each(examples)('reads $what when told --from $format', ({ format, text }) => {
    expect(readResults(text, format)).toEqual(readResults(text))
  })

  test('has an example of every format here', () => {
    expect(new Set(examples.map(({ format }) => format))).toEqual(new Set(formats.map(({ name }) => name)))
  })

  test('says of files from one process that they are one session', () => {
    const single = examples.filter(({ text }) => readResults(text).warnings.some(({ code }) => code === 'one-process'))
    expect([...new Set(single.map(({ format }) => format))]).toEqual([
      'vitest',
      'vitest-result',
      'tinybench',
      'mitata',
      'google-benchmark',
      'pytest-benchmark',
    ])
  })

  test('passes over a byte order mark', () => {
    expect(readResults(`\ufeff${examples[2]!.text}`).format).toBe('hyperfine')
  })

  test.each([
    ['', 'the file is empty'],
    ['  \n', 'the file is empty'],
    ['hello', 'the format is not recognised. Known, to be named with --from: run, hyperfine'],
    ['{"a": 1', 'the format is not recognised (it begins like JSON, but is none:'],
    ['{}', 'the format is not recognised'],
    ['[]', 'the format is not recognised'],
    ['null', 'the format is not recognised'],
    ['{"results":[{"command":"x","times":["fast"]}]}', 'not hyperfine --export-json at results.0.times.0'],
    ['{"results":[]}', 'hyperfine --export-json without a single benchmark'],
    ['BenchmarkA-2 10 12 ns/op 5\n', 'line 1: a value without a unit'],
    ['x\nBenchmarkA-2 10 fast ns/op\n', 'line 2: "fast" is no number'],
    ['window.BENCHMARK_DATA = {oops', 'what is assigned is no JSON'],
    ['{"context":{},"benchmarks":[{"name":"a","real_time":1,"time_unit":"aeon"}]}', 'unknown unit of time "aeon"'],
    ['{"format":"vitest-verdict/run","version":99}', 'vitest-verdict/run version 99 is unknown here'],
  ])('refuses %j and says why', (text, message) => {
    expect(() => readResults(text)).toThrow(message)
  })

  test('refuses what is not of the format it is told', () => {
    expect(() => readResults('{"a":1}', 'hyperfine')).toThrow('not hyperfine --export-json at results')
    expect(() => readResults('text', 'mitata')).toThrow('not mitata JSON: no JSON')
    expect(() => readResults('{}', 'excel')).toThrow('unknown format "excel"')
  })
})

describe('mergeResults()', () => {
  test('adds up the sessions of several processes, which then are evidence', () => {
    const one = readResults(examples[3]!.text)
    const merged = mergeResults([one, one, one])
    expect(merged.warnings).toEqual([])
    expect(merged.benchmarks).toHaveLength(1)
    expect(merged.benchmarks[0]!.metrics.duration_mean!.values).toHaveLength(3)
    expect(one.benchmarks[0]!.metrics.duration_mean!.values).toHaveLength(1)
  })

  test('refuses a mixture of formats', () => {
    expect(() => mergeResults([readResults(examples[0]!.text), readResults(examples[2]!.text)])).toThrow(
      'mixes go and hyperfine files',
    )
  })
})
