import type { TestSequencer, TestSequencerConstructor, TestSpecification, Vitest } from 'vitest/node'

/**
 * A sequencer that runs every benchmark file in several fresh processes, one session after another: A B C A B C, so that a
 * change of the machine's level meets every file alike. Everything that selects (filters, tags, shards) has its say before
 * this, and reporters are told of each specification once.
 *
 * @param Base the sequencer in use, whose order within a session stays
 * @param sessionsOf how often a specification runs; 1 for ordinary tests, 0 to leave it out
 */
export function repeatingSequencer(
  Base: TestSequencerConstructor,
  sessionsOf: (specification: TestSpecification) => number,
): TestSequencerConstructor {
  return class RepeatingSequencer implements TestSequencer {
    readonly #base: TestSequencer

    constructor(vitest: Vitest) {
      this.#base = new Base(vitest)
    }

    async shard(specifications: TestSpecification[]) {
      return this.#base.shard([...new Set(specifications)])
    }

    async sort(specifications: TestSpecification[]) {
      // Vitest may sort what is sorted already: repeating must not multiply.
      const once = await this.#base.sort([...new Set(specifications)])
      const most = Math.max(1, ...once.map(sessionsOf))
      return Array.from({ length: most }, (_, session) => once.filter((spec) => sessionsOf(spec) > session)).flat()
    }
  }
}
