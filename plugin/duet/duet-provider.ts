import { type BenchmarkProvider, inject } from 'vitest'
import { registerMatchers } from '../measure/matchers.ts'
import { defaultMeasureOptions } from '../measure/settings.ts'
import { duetState } from './duet-state.ts'
import { measureTogether } from './measure-together.ts'

export type * from '../measure/bench-options.ts'

registerMatchers()

const calls = new WeakMap<object, number>()

/** The benchmark provider of a duet: takes the calls of all lanes to where they meet. */
const provider: BenchmarkProvider = {
  run(group) {
    const { rendezvous, laneOf, pathOf, record } = duetState()
    const call = calls.get(group.test) ?? 0
    calls.set(group.test, call + 1)
    const options = inject('vitestVerdict') ?? defaultMeasureOptions
    return rendezvous.arrive(laneOf(group.test.file), { test: pathOf(group.test), call }, group, (point, groups) =>
      measureTogether(point, groups, { ...options, ...inject('vitestVerdictDuet') }, record),
    )
  },
}

export default provider
