import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchResult } from 'vitest'
import { describe, expect, test } from 'vitest'
import { toBeReliablyFasterThan, toMeetBaseline } from '../../../plugin/measure/matchers.ts'
import { type MeasuredResult, rememberResult } from '../../../plugin/measure/measured-results.ts'
import { meetsBaseline } from '../../../plugin/measure/meets-baseline.ts'
import { reliablyFaster } from '../../../plugin/measure/reliably-faster.ts'
import { readStoredBaseline, type StoredBaseline } from '../../../plugin/measure/stored-baseline.ts'
import type { Calibration, Measurement } from '../../../plugin/run/measurement.ts'
import { aMeasurement, nanoseconds } from '../../support/a-measurement.ts'
import { testInFolder } from '../../support/temporary-folder.ts'

/** Rounds that scatter by up to 3 % around a level, always in the same way. */
const rounds = (level: number, count = 100, shift = 0) =>
  Array.from({ length: count }, (_, index) => level * (1 + 0.03 * Math.sin((index + shift) * 2.4)))

const inTurns = {}
const result = (name: string, samplesNs: number[], change: Partial<Measurement> = {}, turns: object = inTurns) =>
  ({
    measurement: aMeasurement({ name, samplesNs, ...change }),
    turns,
    test: { file: '/project/a.bench.ts', project: '', fullName: name },
  }) satisfies MeasuredResult

describe('reliablyFaster()', () => {
  test('holds where the whole interval is below 1, and shows ratio, interval, blocks and rounds', () => {
    const { holds, text } = reliablyFaster(result('new', rounds(1000)), result('old', rounds(1200, 100, 3)), 0)
    expect(holds).toBe(true)
    expect(text).toMatch(
      /^"new" takes 0\.8\d+ times as long as "old" \(99 % interval 0\.8\d* to 0\.8\d*, from 10 blocks/,
    )
  })

  test('does not hold the other way round, nor between two of the same speed', () => {
    const [a, b] = [result('a', rounds(1000)), result('b', rounds(1200, 100, 3))]
    expect(reliablyFaster(b, a, 0)).toMatchObject({ holds: false, text: expect.stringContaining('it is slower') })
    const same = reliablyFaster(a, result('same', rounds(1000, 100, 5)), 0)
    expect(same).toMatchObject({ holds: false, text: expect.stringContaining('raise `time`') })
  })

  test('does not follow a mean that a few slow rounds moved', () => {
    const spiked = rounds(1000).map((time, index) => (index % 25 === 0 ? time * 50 : time))
    expect(reliablyFaster(result('plain', rounds(1000)), result('spiked', spiked), 0).holds).toBe(false)
  })

  test.for([
    [15, true],
    [30, false],
  ] as const)('asks for %i % where told: %s', ([by, holds]) => {
    expect(reliablyFaster(result('new', rounds(1000)), result('old', rounds(1200, 100, 3)), by).holds).toBe(holds)
  })

  test('takes a drift of the machine out where they took turns, and not where they ran apart', () => {
    const drifting = (level: number) => rounds(level).map((time, index) => time * (1 + index / 50))
    const [a, b] = [result('a', drifting(1000)), result('b', drifting(1100))]
    expect(reliablyFaster(a, b, 0).holds).toBe(true)
    const apart = reliablyFaster(a, { ...b, turns: {} }, 0)
    expect(apart.holds).toBe(false)
    expect(apart.text).toContain('`bench.compare` measures them in turns')
  })

  test('says what is missing with too few rounds, or rounds that took no time', () => {
    const few = reliablyFaster(result('a', rounds(1000, 11)), result('b', rounds(5000)), 0)
    expect(few).toMatchObject({ holds: false, text: expect.stringContaining('11 and 100 rounds are too few') })
    const none = reliablyFaster(result('a', rounds(0)), result('b', rounds(5000)), 0)
    expect(none).toMatchObject({ holds: false, text: expect.stringContaining('do more work per call') })
  })

  test('believes no difference within a step of the clock', () => {
    const [a, b] = [result('a', rounds(0).fill(100), { clockStepNs: 41 }), result('b', rounds(0).fill(141))]
    expect(reliablyFaster(a, b, 0).holds).toBe(false)
  })

  test('does not take requests that failed at once for fast ones', () => {
    const failing = [...rounds(5000), ...rounds(1)]
    const failedSamples = failing.flatMap((_, index) => (index >= 100 ? index : []))
    expect(reliablyFaster(result('a', failing, { failedSamples }), result('b', rounds(1000)), 0).holds).toBe(false)
  })
})

const kernels = (speed: number): Calibration => ({
  integer: 50 * speed,
  float: 50 * speed,
  string: 50 * speed,
  allocation: 50 * speed,
  map: 50 * speed,
})
const took = (ns: number, speed = 1) =>
  aMeasurement({ metrics: { duration_median: nanoseconds('Median Duration', ns) }, calibrationNs: kernels(speed) })
const here = { cpuModel: 'A', node: 'v24.1.0', profile: 'full' }
const stored = (
  values: number[] = [1000, 1010, 990, 1005, 995, 1000],
  { cpuModel = 'A', profile = 'full' } = {},
): StoredBaseline & Record<string, unknown> => ({
  format: 'vitest-verdict/baseline',
  version: 1,
  runs: [{ id: 'r1', environment: { cpuModel, node: 'v24.0.0' }, options: { profile } }],
  benchmarks: {
    parse: {
      since: 'r1',
      calibration: { r1: values.map(() => Math.log(50)) },
      metrics: { duration_median: { unit: 'ns', runs: { r1: values } } },
    },
  },
})

describe('meetsBaseline()', () => {
  test('holds at the level of the baseline and shows the interval', () => {
    const finding = meetsBaseline(took(1005), 'parse', stored(), here, 5)
    expect(finding).toMatchObject({ holds: true, compared: true })
    expect(finding.text).toMatch(
      /takes \+0\.5 % compared with its baseline \(99 % interval for one session -\d+\.\d % to \+\d+\.\d %, from 6 stored sessions of 1 run, the speed of the machine taken out\)/,
    )
  })

  test('fails only where the whole interval is beyond the threshold', () => {
    expect(meetsBaseline(took(1100), 'parse', stored(), here, 5).holds).toBe(true)
    const slower = meetsBaseline(took(20_000), 'parse', stored(), here, 5)
    expect(slower).toMatchObject({ holds: false, text: expect.stringContaining('It is reliably slower') })
    expect(meetsBaseline(took(20_000), 'parse', stored(), here, 5000).holds).toBe(true)
    expect(meetsBaseline(took(50), 'parse', stored(), here, 5).holds).toBe(true)
  })

  test('does not blame the code for a machine that is slower', () => {
    expect(meetsBaseline(took(2000, 2), 'parse', stored(), here, 5)).toMatchObject({
      holds: true,
      text: expect.stringContaining('takes +0.0 %'),
    })
    expect(meetsBaseline(took(2000, 1), 'parse', stored(), here, 5).holds).toBe(false)
  })

  test.for([
    ['no baseline yet', null, 'parse'],
    ['no benchmark "other"', stored(), 'other'],
    ['no benchmark "constructor"', stored(), 'constructor'],
    ['another profile', stored(undefined, { profile: 'quick' }), 'parse'],
    ['2 stored sessions are too few', stored([1000, 1010]), 'parse'],
  ] as const)('holds and says so where there is nothing to compare with: %s', ([reason, baseline, key]) => {
    const finding = meetsBaseline(took(20_000), key, baseline, here, 5)
    expect(finding).toMatchObject({ holds: true, compared: false })
    expect(finding.text).toContain(reason)
    expect(finding.text).toContain('`vitest-verdict baseline accept`')
  })

  test('lets only 10 % count against another CPU model', () => {
    const { text } = meetsBaseline(took(20_000), 'parse', stored(undefined, { cpuModel: 'B' }), here, 5)
    expect(text).toContain('only beyond 10 % counts')
  })

  test('leaves out what was stored before the level changed', () => {
    const baseline = stored()
    baseline.runs.unshift({ ...baseline.runs[0]!, id: 'r0' })
    baseline.benchmarks.parse!.metrics.duration_median!.runs.r0 = [1, 1, 1, 1]
    expect(meetsBaseline(took(1005), 'parse', baseline, here, 5).text).toContain('from 6 stored sessions of 1 run')
  })
})

describe('readStoredBaseline()', () => {
  testInFolder('reads what is whole and gives null where there is no file', async ({ folder }) => {
    const path = join(folder, 'baseline.json')
    expect(readStoredBaseline(path)).toBeNull()
    await writeFile(path, JSON.stringify(stored()))
    expect(readStoredBaseline(path)).toEqual(stored())
  })

  testInFolder('names the file and what is wrong with it', async ({ folder }) => {
    const path = join(folder, 'baseline.json')
    const damaged: [string, string][] = [
      ['{"format":', 'not JSON'],
      ['[]', 'not a vitest-verdict baseline'],
      [JSON.stringify({ ...stored(), version: 7 }), 'version 7 is unknown'],
      [JSON.stringify({ ...stored(), runs: [{}] }), '`runs` is damaged'],
      [JSON.stringify({ ...stored(), benchmarks: { parse: {} } }), 'benchmark "parse" is damaged'],
    ]
    for (const [content, reason] of damaged) {
      await writeFile(path, content)
      expect(() => readStoredBaseline(path)).toThrow(reason)
      expect(() => readStoredBaseline(path)).toThrow(path)
    }
    await mkdir(join(folder, 'a-folder'))
    expect(() => readStoredBaseline(join(folder, 'a-folder'))).toThrow('Cannot read the baseline')
  })
})

describe('the matchers', () => {
  const remembered = (each: MeasuredResult) => rememberResult({} as BenchResult, each)

  test('toBeReliablyFasterThan() passes on what the rounds say', () => {
    const [a, b] = [remembered(result('a', rounds(1000))), remembered(result('b', rounds(2000)))]
    expect(toBeReliablyFasterThan(a, b).pass).toBe(true)
    expect(toBeReliablyFasterThan(b, a).pass).toBe(false)
    expect(toBeReliablyFasterThan(b, a).message()).toContain('99 % interval')
  })

  test('toBeReliablyFasterThan() refuses what was not measured by us, and options out of range', () => {
    const a = remembered(result('a', rounds(1000)))
    expect(() => toBeReliablyFasterThan(a, { latency: { mean: 1 } })).toThrow('a result measured elsewhere')
    expect(() => toBeReliablyFasterThan(undefined, a)).toThrow('the value in `expect` is of type undefined')
    expect(() => toBeReliablyFasterThan(a, a, { by: -1 })).toThrow('option `by` is -1, but must be')
  })

  test('toMeetBaseline() holds without a baseline, negated too', () => {
    const a = remembered(result('a', rounds(1000)))
    expect(toMeetBaseline.call({ isNot: false }, a).pass).toBe(true)
    expect(toMeetBaseline.call({ isNot: true }, a).pass).toBe(false)
    expect(() => toMeetBaseline.call({ isNot: false }, a, { threshold: Number.NaN })).toThrow('`threshold` is NaN')
  })
})
