import { median } from '../statistics/median.ts'
import { now } from './clock.ts'
import { type LoopOverheads, timeEmptyAsync, timeEmptySync } from './rounds.ts'

/** Distance of two looks, ms: they take some 10 µs each, 1 % of the measurement. */
const LOOK_EVERY_MS = 1
/** Looks whose median counts: a burst of load hits one or two of them. */
const LOOKS = 9

/** What an empty call takes at the moment. */
export interface OverheadWatch {
  perCallNs: (async: boolean) => number
  /** Looks again where the last look is too long ago; to be asked between rounds. Gives a promise only where it has to. */
  look: (async: boolean) => void | Promise<void>
}

/**
 * Follows what the loops add to a call while benchmarks are measured. A shared processor changes its speed within
 * milliseconds (an empty call took now 3 and now 5 ns): what was measured beforehand would then be a good part of a fast
 * function's time in error.
 */
export function watchOverhead(loops: LoopOverheads): OverheadWatch {
  const kind = ({ perCallNs }: { perCallNs: number }) => ({ perCallNs, recent: [perCallNs], lookedAt: now() })
  const kinds = { sync: kind(loops.sync), async: kind(loops.async) }
  const note = (of: typeof kinds.sync, perCallNs: number) => {
    of.recent.push(perCallNs)
    if (of.recent.length > LOOKS) of.recent.shift()
    of.perCallNs = median(of.recent)
    of.lookedAt = now()
  }
  return {
    perCallNs: (async) => (async ? kinds.async : kinds.sync).perCallNs,
    look: (async) => {
      const of = async ? kinds.async : kinds.sync
      if (now() - of.lookedAt < LOOK_EVERY_MS) return
      if (async) return timeEmptyAsync().then((perCallNs) => note(of, perCallNs))
      note(of, timeEmptySync())
    },
  }
}
