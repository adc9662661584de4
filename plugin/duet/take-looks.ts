import { performance } from 'node:perf_hooks'
import { type DuetJudgement, type DuetPolicy, duetLooks, judgeDuet } from './judge-duet.ts'
import type { Duet, SessionResult } from './open-duet.ts'

export interface LooksOptions {
  policy: DuetPolicy
  /** Most milliseconds of timed calls per version, benchmark and session. */
  time: number
  /** Most milliseconds for all sessions together; no limit when absent. */
  mostMs?: number
  /** Leaves out what nobody asked about; everything counts when absent. */
  only?: (session: SessionResult) => SessionResult
  /** Hears of every look that does not decide everything. */
  onLook?: (judgement: DuetJudgement, sessions: number) => void
}

/**
 * Measures session by session and judges at the looks fixed in advance, until every benchmark is decided or the last look is
 * taken (VERDICT.md rule 7). What is decided is not run again. Where nothing of the base could be measured it ends with that
 * session: more would show nothing more. It ends early as well where the sessions up to the next look, each as long as the last
 * one, would exceed the time.
 * @returns `outOfTime`: whether something is left open for that reason
 */
export async function takeLooks(
  duet: Pick<Duet, 'session' | 'filesOnlyInBase'>,
  { policy, time, mostMs = Number.POSITIVE_INFINITY, only = (session) => session, onLook = () => {} }: LooksOptions,
): Promise<{ sessions: SessionResult[]; judgement: DuetJudgement; outOfTime: boolean }> {
  const sessions: SessionResult[] = []
  const start = performance.now()
  let lastMs = 0
  const judgeAll = () => judgeDuet(sessions, duet.filesOnlyInBase(), policy)
  let judgement: DuetJudgement | undefined
  for (let target: number | null = Math.min(policy.most, duetLooks[0]!); target !== null; ) {
    while (sessions.length < target) {
      const begin = performance.now()
      const expectedMs = begin - start + lastMs * (target - sessions.length)
      if (expectedMs > mostMs) return { sessions, judgement: judgement ?? judgeAll(), outOfTime: true }
      const session = only(await duet.session(sessions.length + 1, time, judgement?.undecided))
      lastMs = performance.now() - begin
      sessions.push(session)
      if (!hasPairs(session)) return { sessions, judgement: judgeAll(), outOfTime: false }
    }
    judgement = judgeAll()
    // A benchmark that some sessions have nothing of lags behind the looks: the next one is always after more sessions.
    const taken = sessions.length
    target =
      judgement.continueTo === null ? null : (duetLooks.find((look) => look > taken && look <= policy.most) ?? null)
    if (target !== null) onLook(judgement, sessions.length)
  }
  return { sessions, judgement: judgement ?? judgeAll(), outOfTime: false }
}

function hasPairs({ observations }: SessionResult): boolean {
  const figures = observations.flatMap(({ record }) => Object.values(record.figures))
  return figures.some(({ values }) => values.head !== undefined && values.base !== undefined)
}
