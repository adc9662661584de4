import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerSchema } from '../../../plugin/compare/answer.ts'
import { compareResults } from '../../../plugin/compare/compare.ts'
import { ImportError } from '../../../plugin/compare/imported.ts'
import { formats, readResults } from '../../../plugin/compare/recognise.ts'
import { renderCompareCsv } from '../../../reporters/compare/compare-csv.ts'
import { renderCompareMarkdown } from '../../../reporters/compare/compare-markdown.ts'
import { renderCompareText } from '../../../reporters/compare/compare-text.ts'
import { durations, runOf } from '../../support/sketch-run.ts'

const options = { threshold: 5, severity: { medium: 10, high: 25, critical: 50 }, paired: false }
const settings = { seed: 20261124, numRuns: 300 }

const latency = { mean: 0.25, p50: 0.2 }
const seeds: Record<string, string> = {
  go: 'pkg: a\nBenchmarkA-2 1 100 ns/op 3 B/op\nBenchmarkA-2 1 101 ns/op 3 B/op\n',
  hyperfine: JSON.stringify({ results: [{ command: 'a', mean: 1, times: [1, 2, 3, 4], parameters: { x: 1 } }] }),
  vitest: JSON.stringify({
    testResults: [{ assertionResults: [{ fullName: 'a', benchmarks: [{ tasks: [{ name: 'b', latency }] }] }] }],
  }),
  'vitest-result': JSON.stringify({ latency, throughput: {}, period: 1 }),
  tinybench: JSON.stringify([{ name: 'a', result: { latency } }]),
  mitata: JSON.stringify({ benchmarks: [{ alias: 'a', runs: [{ name: 'a', stats: { avg: 1, p50: 2 } }] }] }),
  'google-benchmark': JSON.stringify({
    context: {},
    benchmarks: [{ name: 'a', real_time: 1, cpu_time: 2, time_unit: 'ns' }],
  }),
  'pytest-benchmark': JSON.stringify({
    machine_info: {},
    benchmarks: [{ name: 'a', fullname: 'b', stats: { mean: 1, median: 2 } }],
  }),
  'github-action-benchmark': JSON.stringify({
    entries: { s: [{ tool: 'go', benches: [{ name: 'a', value: 1, unit: 'ns/op' }] }] },
  }),
  run: JSON.stringify(runOf(durations([1, 2, 3, 4]))),
  summaries: JSON.stringify({
    a: {
      category: 'a',
      total_runs: 1,
      successful_runs: 1,
      avg_duration_ms: 1,
      p50_duration_ms: 1,
      p95_duration_ms: 1,
      p99_duration_ms: 1,
      success_rate: 100,
    },
  }),
}

/** Reads and, where that is possible, compares and renders: nothing but an ImportError may come out. */
function tryOut(text: string, from?: string): void {
  let imported: ReturnType<typeof readResults>
  try {
    imported = readResults(text, from)
  } catch (error) {
    expect(error).toBeInstanceOf(ImportError)
    expect((error as Error).message.length).toBeGreaterThan(5)
    return
  }
  for (const paired of [false, true]) {
    const answer = compareResults(imported, imported, { ...options, paired })
    expect(answerSchema.safeParse(JSON.parse(JSON.stringify(answer))).error).toBeUndefined()
    for (const render of [renderCompareText, renderCompareMarkdown, renderCompareCsv])
      expect(typeof render(answer, 5)).toBe('string')
  }
}

const junk = fc.constantFrom<unknown>(
  null,
  -1,
  0,
  1e308,
  'x',
  '',
  [],
  {},
  true,
  [null],
  { __proto__: null },
  '__proto__',
)

/** JSON with one value somewhere replaced. */
function spoil(content: unknown, path: readonly number[], by: unknown): unknown {
  if (path.length === 0 || typeof content !== 'object' || content === null) return by
  const keys = Object.keys(content)
  if (keys.length === 0) return by
  const key = keys[path[0]! % keys.length]!
  const copy = (Array.isArray(content) ? [...content] : { ...content }) as Record<string, unknown>
  copy[key] = spoil(copy[key], path.slice(1), by)
  return copy
}

test('there is a seed for every format', () => {
  expect(Object.keys(seeds).sort()).toEqual(formats.map(({ name }) => name).sort())
})

describe.each(Object.entries(seeds))('the importer of %s files', (format, seed) => {
  test('survives a file cut anywhere', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: seed.length }), (length) => {
        tryOut(seed.slice(0, length))
        tryOut(seed.slice(0, length), format)
      }),
      settings,
    )
  })

  test('survives characters changed anywhere', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: seed.length }), fc.string({ maxLength: 5 }), (at, text) => {
        tryOut(seed.slice(0, at) + text + seed.slice(at + text.length))
        tryOut(seed.slice(0, at) + text + seed.slice(at), format)
      }),
      settings,
    )
  })

  test('survives any value where another belongs', () => {
    if (format === 'go') return
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 8 }), junk, (path, by) => {
        const text = JSON.stringify(spoil(JSON.parse(seed), path, by))
        tryOut(text)
        tryOut(text, format)
      }),
      settings,
    )
  })

  test('survives any JSON and any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.string({ unit: 'binary' })), (text) => {
        tryOut(text)
        tryOut(text, format)
      }),
      settings,
    )
  })
})
