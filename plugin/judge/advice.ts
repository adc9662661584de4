import type { Warning } from '../run/measurement.ts'
import type { Estimate } from '../statistics/estimate.ts'
import { halfWidth } from '../statistics/estimate.ts'
import { detectablePercent } from './detectable.ts'

/** More than this many sessions nobody waits for. */
const mostSessionsAdvised = 100

/**
 * Says of an inconclusive comparison what it could have found and what would settle it.
 * @param spread the part of the standard error that more sessions do not reduce (between runs)
 */
export function inconclusiveAdvice(
  subject: string,
  estimate: Estimate,
  { alpha, delta, sessions, spread }: { alpha: number; delta: number; sessions: number; spread: number },
): Warning {
  const found = detectablePercent(estimate, alpha, delta)
  const sense = `${subject}: the smallest slowdown these sessions could have found is ${percent(found)}`
  const within = Math.max(0, estimate.standardError ** 2 - spread ** 2)
  const between = { ...estimate, standardError: spread }
  // The louder of the two is the cause; with few degrees of freedom either alone may exceed the threshold.
  if (halfWidth(between, alpha) > delta) {
    return {
      code: 'inconclusive',
      text:
        within > spread ** 2
          ? `${sense}, since the sessions of a run differ so much: quieten the machine, or compare both versions in one sitting`
          : `${sense}, since runs at different times differ by about ${percent(Math.expm1(spread) * 100)}: compare both versions in one sitting, or accept more runs into the baseline`,
    }
  }
  const room = delta ** 2 - halfWidth(between, alpha) ** 2
  const needed = Math.ceil((sessions * within * halfWidth({ ...estimate, standardError: 1 }, alpha) ** 2) / room)
  const more = Math.max(needed, sessions + 2)
  return {
    code: 'inconclusive',
    text:
      more <= mostSessionsAdvised
        ? `${sense}: raise \`sessions\` to about ${more === 5 ? 6 : more}, or quieten the machine`
        : `${sense}: quieten the machine, or compare both versions in one sitting`,
  }
}

/**
 * The same of versions that were measured in turns.
 * @param continueTo sessions before the next look; null after the last
 */
export function pairedAdvice(
  subject: string,
  estimate: Estimate,
  { alpha, delta, continueTo }: { alpha: number; delta: number; continueTo: number | null },
): Warning {
  const found = percent(detectablePercent(estimate, alpha, delta))
  const cure =
    continueTo === null ? 'quieten the machine, or raise the threshold' : `let it go on to ${continueTo} sessions`
  return {
    code: 'inconclusive',
    text: `${subject}: the smallest slowdown these sessions could have found is ${found}: ${cure}`,
  }
}

function percent(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} %`
}
