import { blockMedians } from './block-medians.ts'
import type { Estimate } from './estimate.ts'
import { pairedYuen, unpairedYuen } from './yuen.ts'

/** Blocks that each side's rounds are split into: enough for a trimmed t with 5 degrees of freedom. */
const blocksWanted = 10
/** A median of fewer rounds still follows single ones. */
const roundsPerBlock = 3
/** Fewest blocks that a trimmed t can rest on; 5 would leave it 2 degrees of freedom. */
const blocksLeast = 4

/** Fewest rounds of each side that allow a comparison. */
export const roundsLeast = blocksLeast * roundsPerBlock

/** How two sets of rounds of one process differ. */
export interface BlockChange {
  /** ln(time of `next` / time of `old`). */
  estimate: Estimate
  blocks: number
}

export interface BlockOptions {
  /** Whether the two took turns, so that block by block they had the same machine. */
  interleaved: boolean
  /** Relative step of the clock: the least uncertainty that is believed. */
  resolution: number
}

/**
 * Compares two sets of rounds, each in time order, by the medians of blocks: 20 %-trimmed t of the log-ratios where they took
 * turns, Yuen-Welch where one ran after the other.
 * @returns null with fewer rounds than `roundsLeast`, or where a block's median is not positive
 */
export function blockChange(
  old: readonly number[],
  next: readonly number[],
  { interleaved, resolution }: BlockOptions,
): BlockChange | null {
  const room = Math.floor(Math.min(old.length, next.length) / roundsPerBlock)
  if (room < blocksLeast) return null
  const blocks = room === 5 ? 4 : Math.min(blocksWanted, room)
  const [before, after] = [old, next].map((values) => blockMedians(values, blocks).map(Math.log))
  if (![...before!, ...after!].every(Number.isFinite)) return null
  const estimate = interleaved
    ? pairedYuen(after!.map((log, index) => log - before![index]!))!
    : unpairedYuen(before!, after!)!
  // A value lies anywhere within one step of the clock, whose standard deviation is step/√12.
  return {
    estimate: { ...estimate, standardError: Math.max(estimate.standardError, resolution / Math.sqrt(12)) },
    blocks,
  }
}
