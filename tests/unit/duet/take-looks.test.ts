import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { DuetPolicy } from '../../../plugin/duet/judge-duet.ts'
import type { Observation, SessionResult } from '../../../plugin/duet/open-duet.ts'
import { takeLooks } from '../../../plugin/duet/take-looks.ts'

const severity = { medium: 10, high: 25, critical: 50 }
const policy: DuetPolicy = { threshold: 3, ownThresholds: true, severity, meanCertifies: false, most: 24 }

/** One session of one benchmark, whose head takes so many times as long as its base; with nothing of the base where it is null. */
function sessionOf(session: number, ratio: number | null): SessionResult {
  const figure = (name: string, head: number, base: number | null) => ({
    [name]: {
      ...({ title: name, unit: 'ns', direction: 'lower', gate: true } as const),
      values: { head, ...(base !== null && { base, null: base }) },
    },
  })
  const pair = ratio === null ? figure('duration_mean', 100, null) : figure('duration_mean', 100 * ratio, 100)
  const observation: Observation = {
    ...{ key: 'work', name: 'work', category: null, file: 'a.bench.ts', project: '', test: 'work' },
    ...{ session, inBase: true },
    // Another figure that is always there keeps the sessions going.
    record: {
      name: 'work',
      call: 0,
      tookMs: 0,
      errors: {},
      figures: { ...pair, ...figure('duration_quartile', 100, 100) },
    },
  }
  return { observations: [observation], removed: [], failures: [], baseFailures: [], shared: [] }
}

/** The numbers of sessions at which it was looked and not decided; fails where it looks twice at the same. */
async function looks(ratioOf: (session: number) => number | null) {
  const looked: number[] = []
  const duet = {
    session: async (number: number) => sessionOf(number, ratioOf(number)),
    filesOnlyInBase: () => [],
  }
  const { sessions } = await takeLooks(duet, {
    policy,
    time: 1,
    onLook(_, taken) {
      if (looked.includes(taken)) throw new Error(`looked at ${taken} sessions again`)
      looked.push(taken)
    },
  })
  return { looked, sessions: sessions.length }
}

test('takeLooks() ends at the first look that decides everything', async () => {
  expect(await looks(() => 1)).toEqual({ looked: [], sessions: 6 })
})

test('takeLooks() looks after 6, 10, 16 and 24 sessions at the most', async () => {
  expect(await looks((session) => (session % 2 === 0 ? 0.8 : 1.3))).toEqual({ looked: [6, 10, 16], sessions: 24 })
})

test('takeLooks() goes on to the next look where a session had nothing of the base', async () => {
  expect(await looks((session) => (session === 2 ? null : 1))).toEqual({ looked: [6], sessions: 10 })
})

test('takeLooks() ends where the sessions to the next look would take too long, with what it has', async () => {
  const taken = async (sessionMs: number, mostMs: number) => {
    const duet = {
      session: async (number: number) => {
        await setTimeout(sessionMs)
        return sessionOf(number, 1)
      },
      filesOnlyInBase: () => [],
    }
    const { sessions, judgement, outOfTime } = await takeLooks(duet, { policy, time: 1, mostMs })
    return { sessions: sessions.length, verdict: judgement.answer.verdict, outOfTime }
  }
  expect(await taken(1000, 900)).toEqual({ sessions: 1, verdict: 'inconclusive', outOfTime: true })
  expect(await taken(0, 600_000)).toEqual({ sessions: 6, verdict: 'unchanged', outOfTime: false })
})
