import { expect, test } from 'vitest'
import { benchmarkKey } from '../../../plugin/run/benchmark-key.ts'
import { createRunBuilder } from '../../../plugin/run/run-builder.ts'
import { runId } from '../../../plugin/run/run-id.ts'
import { aMeasurement } from '../../support/a-measurement.ts'

const place = { file: 'bench/a.bench.ts', project: '', test: 'suite > parses', tags: [] }

test('createRunBuilder() gathers the sessions of a benchmark in order', () => {
  const builder = createRunBuilder()
  for (const session of [2, 1, 3]) builder.add({ ...place, measurements: [aMeasurement({ name: 'parse' })] }, session)
  const { benchmarks } = builder.build()
  expect(benchmarks.map(({ key }) => key)).toEqual(['bench/a.bench.ts > suite > parses > parse'])
  expect(benchmarks[0]?.sessions.map(({ session }) => session)).toEqual([1, 2, 3])
})

test('createRunBuilder() keeps apart two benchmarks of the same name in one test', () => {
  const builder = createRunBuilder()
  const twice = [aMeasurement({ name: 'parse', call: 0 }), aMeasurement({ name: 'parse', call: 1 })]
  for (const session of [1, 2]) builder.add({ ...place, measurements: twice }, session)
  const { benchmarks, warnings } = builder.build()
  expect(benchmarks.map(({ key, sessions }) => [key, sessions.length])).toEqual([
    ['bench/a.bench.ts > suite > parses > parse', 2],
    ['bench/a.bench.ts > suite > parses > parse (2)', 2],
  ])
  expect(warnings).toMatchObject([{ code: 'duplicate-key' }])
})

test('createRunBuilder() keeps the session numbers of merged blobs', () => {
  const builder = createRunBuilder()
  const measurements = [1, 2].map((session) => ({ ...aMeasurement({ name: 'parse' }), session }))
  builder.add({ ...place, measurements }, 1)
  const { benchmarks, warnings } = builder.build()
  expect(benchmarks.map(({ sessions }) => sessions.map(({ session }) => session))).toEqual([[1, 2]])
  expect(warnings).toEqual([])
})

test('createRunBuilder() keeps a failure with the session it happened in', () => {
  const builder = createRunBuilder()
  builder.fail({ key: 'a', session: 3, error: 'boom' })
  expect(builder.build().failures).toEqual([{ key: 'a', session: 3, error: 'boom' }])
})

test('createRunBuilder() lets no secret into errors and metadata', () => {
  const builder = createRunBuilder()
  const secret = 'Bearer abcdefgh12345678'
  const measurement = aMeasurement({
    error: `401 ${secret}`,
    metadata: { header: `authorization: ${secret}`, size: 3 },
  })
  builder.add({ ...place, measurements: [measurement] }, 1)
  builder.fail({ key: 'a', session: 1, error: secret })
  expect(JSON.stringify(builder.build())).not.toContain('abcdefgh12345678')
  expect(builder.build().benchmarks[0]?.sessions[0]?.metadata.size).toBe(3)
})

test('benchmarkKey() is the name within a category and the place elsewhere', () => {
  const identity = { name: 'parse', category: null, file: 'a.bench.ts', project: '', test: 'parse' }
  expect(benchmarkKey({ ...identity, name: 'cache_warm', category: 'cache_performance' })).toBe('cache_warm')
  expect(benchmarkKey(identity)).toBe('a.bench.ts > parse')
  expect(benchmarkKey({ ...identity, test: 'suite > parse' })).toBe('a.bench.ts > suite > parse')
  expect(benchmarkKey({ ...identity, test: 'compare', project: 'node' })).toBe('node: a.bench.ts > compare > parse')
})

test('runId() names a run by its local start time', () => {
  expect(runId(new Date(2026, 0, 2, 3, 4, 5))).toBe('20260102_030405')
})
