import { xorshift32 } from '../measure/interleaved-order.ts'

/** Kept, so that it stays where it is in memory. */
const ballast: unknown[] = []

/** Arrays per call, of up to so many words each: together a few pages of the processor. */
const arrays = 8
const mostWords = 512

/**
 * Moves what is allocated next to another place in memory. Where data lies can make the same code 5 % slower, in every process
 * alike: without this, more sessions would only repeat the mistake (Mytkowicz et al., "Producing wrong data without doing
 * anything obviously wrong!", ASPLOS 2009).
 */
export function shiftMemory(seed: number): void {
  const random = xorshift32(seed)
  for (let index = 0; index < arrays; index++) ballast.push(new Array(1 + Math.floor(random() * mostWords)).fill(index))
}
