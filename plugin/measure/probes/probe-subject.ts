import type { Probes } from '../../run/measurement.ts'
import { now } from '../clock.ts'
import { runRound, type Subject } from '../subject.ts'
import { profileWhile } from './cpu-profile.ts'
import { MemoryLevels, probePass } from './probe-pass.ts'

/** Which probes a benchmark wants. */
export interface ProbesWanted {
  /** Memory and garbage collection. */
  memory: boolean
  /** CPU, event loop and profile. */
  cpu: boolean
  /** Whether the function must not be called again for the probes' sake, as the user fixed the number of its calls. */
  withoutCalls?: boolean
}

/** Length of the profiled pass, ms: with V8's start and stop some 60 ms per benchmark and session. */
const PROFILE_MS = 30
/** A profile is taken of functions of which one call is at most this share of the time budget. */
const PROFILE_SHARE = 0.25

/** The passes after the timed rounds of a benchmark; none where nothing is wanted. */
export async function probeSubject(
  subject: Subject,
  wanted: ProbesWanted,
  profileFile: { path: string; shown: string } | undefined,
  aborted: () => boolean,
): Promise<Probes> {
  if (wanted.withoutCalls) return wanted.memory ? { memory: new MemoryLevels().summary() } : {}
  const probes = wanted.memory || wanted.cpu ? await probePass(subject, wanted, aborted) : {}
  const affordable = subject.warmUp.callNs <= subject.budget.timeMs * 1e6 * PROFILE_SHARE
  if (!wanted.cpu || !affordable || aborted()) return probes
  const profile = await profileWhile(async () => {
    const start = now()
    do {
      const round = runRound(subject, subject.batchSize, 'run')
      if (typeof round !== 'number') await round
    } while (now() - start < PROFILE_MS && !aborted())
  }, profileFile)
  return { ...probes, profile }
}
