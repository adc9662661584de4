import { expect, test } from 'vitest'
import { localPlayer } from '../../../plugin/duet/local-player.ts'
import type { BenchmarkOptions } from '../../../plugin/measure/bench-options.ts'
import { now } from '../../../plugin/measure/clock.ts'
import { loopOverheads } from '../../../plugin/measure/rounds.ts'
import { defaultMeasureOptions, resolveBudget } from '../../../plugin/measure/settings.ts'
import { createSubject } from '../../../plugin/measure/subject.ts'

/** Of a thread that has a processor for a tenth of the time. */
const startClock = () => {
  const start = now()
  return () => (now() - start) * 1e5
}

const leastMs = 5

/** Takes at least so long, whatever else the machine does. */
function work(): void {
  for (const start = now(); now() - start < leastMs; );
}

async function playerAfter(turn: { short: boolean; long: boolean }, own: BenchmarkOptions = {}) {
  const budget = resolveBudget('work', own, {}, defaultMeasureOptions)
  const subject = createSubject('work', work, own, budget)
  const player = localPlayer({ lane: 'head', run: {}, subject }, () => false, startClock)
  await player.prepare({ size: 1, single: true, loops: await loopOverheads() })
  const start = now()
  await player.takeTurn({ ...turn, turnMs: 20, settled: false })
  return { ...(await player.times()), turnNs: (now() - start) * 1e6 }
}

test('slow calls are freed of what they waited for a processor one by one', async () => {
  const { batchesNs, roundsNs, turnNs } = await playerAfter({ short: true, long: true })
  const calls = batchesNs[0]!
  expect(calls.reduce((sum, ns) => sum + ns, 0)).toBeLessThan(0.2 * turnNs)
  expect(roundsNs[0]! * calls.length).toBeCloseTo(
    calls.reduce((sum, ns) => sum + ns, 0),
    0,
  )
})

test('a long round is freed of it as a whole, a short one is not', async () => {
  const { roundsNs, turnNs } = await playerAfter({ short: false, long: true })
  expect(roundsNs[0]).toBeLessThan(0.15 * turnNs)
  const { batchesNs } = await playerAfter({ short: true, long: false })
  for (const ns of batchesNs.flat()) expect(ns).toBeGreaterThan(0.9 * leastMs * 1e6)
})

test('nothing is taken off where hooks between the calls may have waited', async () => {
  const { batchesNs } = await playerAfter({ short: true, long: true }, { beforeEach: () => {} })
  for (const ns of batchesNs.flat()) expect(ns).toBeGreaterThan(0.9 * leastMs * 1e6)
})
