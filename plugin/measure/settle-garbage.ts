import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Collect = (options: { type: 'minor' | 'major' }) => void

let collect: Collect | null | undefined

/**
 * Collects what earlier work has left behind, so that a benchmark does not pay for it: the young generation in about 0.3 ms
 * (`minor`), or the whole heap (`major`). Does nothing where the engine offers no collector.
 */
export function settleGarbage(type: 'minor' | 'major'): void {
  collect ??= findCollector()
  collect?.({ type })
}

function findCollector(): Collect | null {
  try {
    setFlagsFromString('--expose-gc')
    return runInNewContext('gc') as Collect
  } catch {
    return null
  }
}
