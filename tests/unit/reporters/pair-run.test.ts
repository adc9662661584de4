import { describe, expect, test } from 'vitest'
import { toBaseline } from '../../../plugin/judge/baseline.ts'
import { resolveOptions, type VerdictOptions } from '../../../plugin/options.ts'
import type { Benchmark, Paired, Run } from '../../../plugin/run/run.ts'
import type { FinishedRun, PairsExtent } from '../../../reporters/finished-run.ts'
import { pairRun } from '../../../reporters/pair-run.ts'
import { makeRun } from '../../support/make-run.ts'
import { benchmarkOf, durations } from '../../support/sketch-run.ts'

const steady = [10, 10.01, 9.99, 10.02, 9.98, 10]
const slow = steady.map((value) => value * 1.6)
const commit = 'a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0'
const run = makeRun([benchmarkOf('slow', durations(slow)), benchmarkOf('same', durations(steady))])

function baselineOf(environment: Partial<Run['environment']>) {
  const made = makeRun(
    ['slow', 'same'].map((key) => benchmarkOf(key, durations(steady))),
    { id: '20261120_090000' },
  )
  const environmentOf = { ...made.environment, dirty: false, ...environment }
  return toBaseline({ ...made, environment: environmentOf }, { acceptedAt: '2026-11-24T10:00:00.000Z' })
}

const pairedOf = (ref: string): Paired => ({ ref, commit, figures: {} })

/** Pairs `run` with these options; what was asked for is kept. */
async function pair(
  given: VerdictOptions,
  baseline = baselineOf({ commit }),
  answer: (ref: string, benchmarks: readonly Benchmark[]) => readonly Benchmark[] = (_, benchmarks) => benchmarks,
  problems: readonly string[] = [],
) {
  // One stored run does not tell how far runs are apart: at 5 % it leaves everything open.
  const options = resolveOptions({ threshold: 20, ...given })
  const asked: [string, string[]][] = []
  const extents: PairsExtent[] = []
  const finished = {
    options,
    interrupted: false,
    log: () => {},
    measurePairs: async (ref: string, benchmarks: readonly Benchmark[], extent: PairsExtent) => {
      extents.push(extent)
      asked.push([ref, benchmarks.map(({ key }) => key)])
      const paired = new Map(answer(ref, benchmarks).map((each) => [each, pairedOf(ref)]))
      return { with: { ref, commit }, paired, problems }
    },
  } as unknown as FinishedRun
  return { asked, extents, ...(await pairRun(run, baseline, options, finished)) }
}

const codes = ({ warnings }: Run) => warnings.map(({ code }) => code)

describe('pairRun()', () => {
  test('measures nothing in turns where it is not wanted', async () => {
    expect(await pair({ confirm: false })).toMatchObject({ asked: [], problems: [], run })
  })

  test('confirms what regressed with the commit of the baseline, and only that, without installing anything', async () => {
    const paired = await pair({})
    expect(paired.asked).toEqual([[commit, ['slow']]])
    expect(paired.extents).toEqual([
      { ownFigures: false, confirming: true, install: false, mostMs: expect.any(Number) },
    ])
    expect(paired.run.benchmarks.map((each) => each.paired?.commit)).toEqual([commit, undefined])
    expect(paired.problems).toEqual([])
    expect(codes(paired.run)).toEqual(codes(run))
  })

  test('may install what the commit needs where it was asked for in so many words', async () => {
    expect((await pair({ confirm: true })).extents).toMatchObject([
      { confirming: true, install: true, mostMs: Number.POSITIVE_INFINITY },
    ])
    expect((await pair({ against: 'main' })).extents).toMatchObject([
      { confirming: false, install: true, mostMs: Number.POSITIVE_INFINITY },
    ])
  })

  test('only warns where it cannot be done and nobody asked for it', async () => {
    const missing = () => {
      throw new Error('The base needs other dependencies than are installed here')
    }
    const { problems, run: paired } = await pair({}, undefined, missing)
    expect(problems).toEqual([])
    expect(codes(paired)).toContain('not-paired')
    expect(paired.benchmarks).toEqual(run.benchmarks)
  })

  test('measures everything with the version that was named, and notes it in the run', async () => {
    const { asked, run: paired } = await pair({ against: 'main' })
    expect(asked).toEqual([['main', ['slow', 'same']]])
    expect(paired.benchmarks.map((each) => each.paired?.ref)).toEqual(['main', 'main'])
    expect(paired.options.policy === undefined ? undefined : paired.options.policy.against).toEqual(
      run.options.policy === undefined ? undefined : { ref: 'main', commit },
    )
  })

  test('says what to do where the baseline knows no commit, and leaves the run as it was', async () => {
    const { asked, problems, run: paired } = await pair({ confirm: true }, baselineOf({ commit: null }))
    expect(asked).toEqual([])
    expect(problems).toEqual([expect.stringMatching(/Cannot confirm slow: .* does not say of which commit/)])
    expect(codes(paired)).toContain('not-paired')
    expect(paired.benchmarks).toEqual(run.benchmarks)
  })

  test('keeps what was measured when the commit cannot be had, and says why', async () => {
    const missing = () => {
      throw new Error('Cannot find it: this clone is shallow')
    }
    const { problems, run: paired } = await pair({ confirm: true }, undefined, missing)
    expect(problems).toEqual(['Measuring in turns failed: Cannot find it: this clone is shallow'])
    expect(codes(paired)).toContain('not-paired')
    expect(paired.benchmarks).toEqual(run.benchmarks)
  })

  test('passes on what failed in the base, and names what it could not measure', async () => {
    const { problems, run: paired } = await pair({ confirm: true }, undefined, () => [], [
      'Failed in the base: a: boom',
    ])
    expect(problems).toEqual(['Failed in the base: a: boom'])
    expect(codes(paired)).toEqual(expect.arrayContaining(['not-paired', 'not-confirmed']))
  })

  test('doubts a baseline that was made with uncommitted changes', async () => {
    const { problems, run: paired } = await pair({ confirm: true }, baselineOf({ commit, dirty: true }))
    expect(problems).toEqual([])
    expect(codes(paired)).toContain('baseline-dirty')
  })

  test('clears nothing of its own accord by a commit without the changes that the baseline was made with', async () => {
    const { asked, problems, run: paired } = await pair({}, baselineOf({ commit, dirty: true }))
    expect([asked, problems]).toEqual([[], []])
    expect(paired.warnings).toContainEqual({
      code: 'not-paired',
      text: expect.stringContaining('the baseline was made with uncommitted changes'),
    })
  })
})
