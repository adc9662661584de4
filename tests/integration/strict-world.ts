import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { test as base } from '../../fixtures/index.ts'

/**
 * The fixtures' `test`, with two checks after every test, once all other fixtures are gone:
 *
 * - an unhandled request fails the test by its name: one to an address that is neither this machine nor one a mock answers
 *   for, or one that no simulated provider knows;
 * - nothing is left: no server, child process, file or timer that was not there before.
 */
export const test = base
  .extend('mockedOrigins', (): readonly string[] => [])
  .extend('strictWorld', { auto: true }, async ({ simulator, apiKey, mockedOrigins }, { onCleanup }) => {
    const before = openHandles()
    const requests = watchRequests()
    onCleanup(async () => {
      requests.stop()
      const unknown = (await simulator.requests(apiKey)).filter(({ outcome }) => outcome === 'unhandled')
      const unhandled = [
        ...requests.made.filter((url) => !isHandled(url, mockedOrigins)),
        ...unknown.map(({ path }) => `${simulator.url}${path}`),
      ]
      if (unhandled.length > 0) throw new Error(`Unhandled requests: ${unhandled.join(', ')}`)
      const left = await settled(before)
      if (left.length > 0) throw new Error(`Left open after the test: ${left.join(', ')}`)
    })
  })

function isHandled(url: string, mockedOrigins: readonly string[]): boolean {
  return url.startsWith('http://127.0.0.1:') || mockedOrigins.some((origin) => url.startsWith(`${origin}/`))
}

/** Notes every request that `fetch` makes in this process. */
function watchRequests() {
  const made: string[] = []
  const note = (message: unknown) => {
    const { request } = message as { request: { origin: string; path: string } }
    made.push(`${request.origin}${request.path}`)
  }
  subscribe('undici:request:create', note)
  return { made, stop: () => unsubscribe('undici:request:create', note) }
}

/** Kinds of handles a test could leave open. Pooled connections are not among them: they keep no process alive. */
const kinds = ['TCPServerWrap', 'ProcessWrap', 'FSReqPromise', 'FileHandle', 'Timeout', 'Immediate', 'MessagePort']

function openHandles(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) {
    if (kinds.includes(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return counts
}

/** What is open beyond `before`, after the event loop had some turns to finish closing. */
async function settled(before: ReadonlyMap<string, number>): Promise<string[]> {
  let left: string[] = []
  for (let turn = 0; turn < 50; turn++) {
    left = [...openHandles()].filter(([kind, count]) => count > (before.get(kind) ?? 0)).map(([kind]) => kind)
    if (left.length === 0) break
    await new Promise((resolve) => setImmediate(resolve))
  }
  return left
}
