import { type BenchmarkProvider, inject } from 'vitest'
import { registerMatchers } from './matchers.ts'
import { measureGroup } from './measure-group.ts'
import { defaultMeasureOptions } from './settings.ts'

export type * from './bench-options.ts'

// Vitest loads this module before there is a result that could be asserted.
registerMatchers()

/**
 * Vitest's benchmark provider: `benchmark.provider` names this module. The plugin's options come through `provide`; used
 * without the plugin, the defaults hold.
 */
const provider: BenchmarkProvider = {
  run: (group) => measureGroup(group, inject('vitestVerdict') ?? defaultMeasureOptions),
}

export default provider
