import type { ResolvedOptions } from '../options.ts'

/** While `against` runs, the plugin of the project's own configuration steps back and leaves its options here. */
interface Offer {
  options?: ResolvedOptions
}

/** Known to every copy of this package in the process: a bundled configuration file brings its own. */
const slot = Symbol.for('vitest-verdict.duet-options')
const holder = globalThis as { [slot]?: Offer }

/** Whether the plugin is loaded for a duet, which measures and reports by itself; takes note of the plugin's options. */
export function leaveToDuet(options: ResolvedOptions): boolean {
  if (holder[slot] === undefined) return false
  holder[slot].options = options
  return true
}

/** Runs `body` with plugins stepping back; what they left is there when it ends. */
export async function withPluginsAside<T>(
  body: () => Promise<T>,
): Promise<{ result: T; options: ResolvedOptions | undefined }> {
  const offer: Offer = {}
  holder[slot] = offer
  try {
    const result = await body()
    return { result, options: offer.options }
  } finally {
    delete holder[slot]
  }
}
