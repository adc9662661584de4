import { median } from '../../plugin/statistics/median.ts'
import { medianInterval } from '../../plugin/statistics/median-interval.ts'

type Call = () => Promise<unknown>

export interface OverheadPair {
  /** Medians of one round's differences, and of a straight call, ms. */
  overheadMs: number
  controlMs: number
  straightMs: number
  /** Holds the median of the control with 99.9 %, ms. */
  controlInterval: [low: number, high: number]
}

/** All orders of three: each member comes equally often first, and right after each of the others. */
const orders = [
  [0, 1, 2],
  [2, 1, 0],
  [1, 0, 2],
  [0, 2, 1],
  [2, 0, 1],
  [1, 2, 0],
] as const

/**
 * What going through the orchestrator adds to a call, as the difference to a straight call in the same round, with a second
 * straight call as the control, which must come out at 0.
 */
export async function measureOverheadPair(through: Call, straight: Call, rounds: number): Promise<OverheadPair> {
  const members = [through, straight, straight]
  const overhead: number[] = []
  const control: number[] = []
  const alone: number[] = []
  for (let round = -orders.length; round < rounds; round++) {
    const took = [0, 0, 0]
    for (const member of orders[(round + orders.length) % orders.length]!) {
      const start = performance.now()
      await members[member]!()
      took[member] = performance.now() - start
    }
    // The first of each order warm up.
    if (round < 0) continue
    overhead.push(took[0]! - (took[1]! + took[2]!) / 2)
    control.push(took[2]! - took[1]!)
    alone.push(took[1]!)
  }
  return {
    overheadMs: median(overhead),
    controlMs: median(control),
    straightMs: median(alone),
    controlInterval: medianInterval(control, 0.999).interval,
  }
}

/** Whether the control is 0 but for chance and 2 % of a straight call. */
export function controlHolds({ controlInterval: [low, high], straightMs }: OverheadPair): boolean {
  const tolerance = 0.02 * straightMs
  return low <= tolerance && high >= -tolerance
}
