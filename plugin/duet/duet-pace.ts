import { duetLooks } from './judge-duet.ts'

/** Timed calls per version, benchmark and session, ms: more sessions show more than longer ones. */
export const sessionTimeMs = 36

/** Sessions after which it is over. In a hook, only large changes are looked for: those that the first look sees. */
export function mostSessions(quick: boolean): number {
  return quick ? duetLooks[0]! : duetLooks.at(-1)!
}
