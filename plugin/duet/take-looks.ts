import { type DuetJudgement, type DuetPolicy, duetLooks, judgeDuet } from './judge-duet.ts'
import type { Duet, SessionResult } from './open-duet.ts'

export interface LooksOptions {
  policy: DuetPolicy
  /** Most milliseconds of timed calls per version, benchmark and session. */
  time: number
  /** Leaves out what nobody asked about; everything counts when absent. */
  only?: (session: SessionResult) => SessionResult
  /** Hears of every look that does not decide everything. */
  onLook?: (judgement: DuetJudgement, sessions: number) => void
}

/**
 * Measures session by session and judges at the looks fixed in advance, until every benchmark is decided or the last look is
 * taken (VERDICT.md rule 7). What is decided is not run again. Where nothing of the base could be measured it ends with that
 * session: more would show nothing more.
 */
export async function takeLooks(
  duet: Pick<Duet, 'session' | 'filesOnlyInBase'>,
  { policy, time, only = (session) => session, onLook = () => {} }: LooksOptions,
): Promise<{ sessions: SessionResult[]; judgement: DuetJudgement }> {
  const sessions: SessionResult[] = []
  let judgement: DuetJudgement | undefined
  for (let target: number | null = Math.min(policy.most, duetLooks[0]!); target !== null; ) {
    while (sessions.length < target) {
      const session = only(await duet.session(sessions.length + 1, time, judgement?.undecided))
      sessions.push(session)
      if (!hasPairs(session)) return { sessions, judgement: judgeDuet(sessions, duet.filesOnlyInBase(), policy) }
    }
    judgement = judgeDuet(sessions, duet.filesOnlyInBase(), policy)
    // A benchmark that some sessions have nothing of lags behind the looks: the next one is always after more sessions.
    const taken = sessions.length
    target =
      judgement.continueTo === null ? null : (duetLooks.find((look) => look > taken && look <= policy.most) ?? null)
    if (target !== null) onLook(judgement, sessions.length)
  }
  return { sessions, judgement: judgement ?? judgeDuet(sessions, duet.filesOnlyInBase(), policy) }
}

function hasPairs({ observations }: SessionResult): boolean {
  const figures = observations.flatMap(({ record }) => Object.values(record.figures))
  return figures.some(({ values }) => values.head !== undefined && values.base !== undefined)
}
