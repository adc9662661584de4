import { expect, test } from 'vitest'
import { toBaseline } from '../../../plugin/judge/baseline.ts'
import type { JudgePolicy } from '../../../plugin/judge/policy.ts'
import { resolveOptions } from '../../../plugin/options.ts'
import type { Benchmark } from '../../../plugin/run/run.ts'
import { confirmRun } from '../../../reporters/confirm-run.ts'
import type { FinishedRun } from '../../../reporters/finished-run.ts'
import { makeRun } from '../../support/make-run.ts'
import { benchmarkOf, durations } from '../../support/sketch-run.ts'

const policy: JudgePolicy = { ...resolveOptions({}, {}), complete: true }
const steady = [10, 10.01, 9.99, 10.02, 9.98, 10]

/** Benchmarks that take so many times as long, by key; the file is what stands before the dash. */
function runOf(factors: Record<string, number>) {
  const benchmarks = Object.entries(factors).map(([key, factor]): Benchmark => {
    const made = benchmarkOf(key, durations(steady.map((value) => value * factor)))
    return { ...made, file: `${key.split('-')[0]}.bench.ts`, test: key }
  })
  return makeRun(benchmarks, { id: '20261120_090000' })
}

test('what looks changed is measured again after what ran before it in its process, and judged by that alone', async () => {
  const baseline = toBaseline(runOf({ 'a-1': 1, 'a-2': 1, 'a-3': 1, 'b-1': 1, 'c-1': 1, 'c-2': 1 }), {
    acceptedAt: '2026-11-24T10:00:00.000Z',
    previous: null,
  })
  const first = runOf({ 'a-1': 1, 'a-2': 1.5, 'a-3': 1, 'b-1': 1, 'c-1': 1.5, 'c-2': 1 })
  const again = runOf({ 'a-1': 3, 'a-2': 1, 'c-1': 1.5 }).benchmarks
  const asked: string[][] = []
  const finished = {
    options: resolveOptions({}, {}),
    interrupted: false,
    log: () => {},
    measureAgain: async (benchmarks: readonly Benchmark[]) => {
      asked.push(benchmarks.map(({ key }) => key))
      return { benchmarks: again, failures: [], interrupted: false }
    },
  } as unknown as FinishedRun

  const confirmed = await confirmRun(first, baseline, policy, finished)

  expect(asked).toEqual([['a-1', 'a-2', 'c-1']])
  const sessions = Object.fromEntries(
    confirmed.benchmarks.map(({ key, sessions }) => [key, sessions.map(({ screening }) => screening === true)]),
  )
  const [screened, judged] = [Array(6).fill(true), Array(6).fill(false)]
  expect(sessions).toEqual({
    'a-1': judged,
    'a-2': [...screened, ...judged],
    'a-3': judged,
    'b-1': judged,
    'c-1': [...screened, ...judged],
    'c-2': judged,
  })
})
