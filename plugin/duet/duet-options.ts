import type { ResolvedOptions } from '../options.ts'

/** While `against` runs, the plugin of the project's own configuration steps back and leaves its options here. */
interface Offer {
  options?: ResolvedOptions
}

/** Known to every copy of this package in the process: a bundled configuration file brings its own. */
const slot = Symbol.for('vitest-verdict.duet-options')
const holder = globalThis as { [slot]?: Offer }

/** Where the plugin's options go while it is loaded for a duet, which measures and reports by itself; undefined otherwise. */
export function deliveryToDuet(): ((options: ResolvedOptions) => void) | undefined {
  const offer = holder[slot]
  return offer && ((options) => void Object.assign(offer, { options }))
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
