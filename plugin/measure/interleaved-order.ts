/**
 * The order in which `count` benchmarks take turns, without end: a permutation, then the same backwards (A B B A), then a
 * new permutation. A drift of the machine within a cycle falls on all alike, and no benchmark always follows the same one.
 * The same seed gives the same order.
 */
export function* interleavedOrder(count: number, seed: number): Generator<number, never> {
  const random = xorshift32(seed)
  for (;;) {
    const order = Array.from({ length: count }, (_, index) => index)
    for (let last = count - 1; last > 0; last--) {
      const chosen = Math.floor(random() * (last + 1))
      ;[order[last], order[chosen]] = [order[chosen]!, order[last]!]
    }
    yield* order
    yield* order.toReversed()
  }
}

/** Uniform numbers in [0, 1): Marsaglia's xorshift with the triple 13, 17, 5 (Journal of Statistical Software 8(14), 2003). */
export function xorshift32(seed: number): () => number {
  // 0 is the one state that never changes.
  let state = Math.imul(seed | 0, 0x9e3779b1) || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** A seed from text: FNV-1a. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}
