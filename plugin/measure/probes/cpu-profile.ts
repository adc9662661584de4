import { mkdir, writeFile } from 'node:fs/promises'
import { type Profiler, Session } from 'node:inspector/promises'
import { dirname, isAbsolute, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Probes } from '../../run/measurement.ts'

/** Distance of two samples, µs: a fifth of V8's default, for a pass of some 30 ms. */
const SAMPLE_EVERY_MICROS = 200
/** Functions reported, those with the most self time first. */
const TOP = 10

/** Nodes that are no function of anybody's. */
const notFunctions = new Set(['(root)', '(program)', '(idle)'])

/**
 * Profiles what `body` does on this thread.
 * @param file where the whole profile goes (`.cpuprofile`, for Chrome's and VS Code's viewers); not written when absent.
 */
export async function profileWhile(
  body: () => Promise<void>,
  file?: { path: string; shown: string },
): Promise<NonNullable<Probes['profile']>> {
  const session = new Session()
  session.connect()
  try {
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_MICROS })
    await session.post('Profiler.start')
    await body()
    const { profile } = await session.post('Profiler.stop')
    await session.post('Profiler.disable')
    const written = file !== undefined && (await isWritten(file.path, profile))
    return { ...(written && { file: file.shown }), top: topFunctions(profile) }
  } finally {
    session.disconnect()
  }
}

/** Whether the profile could be stored; that it could not is no fault of the benchmark. */
async function isWritten(path: string, profile: Profiler.Profile): Promise<boolean> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, JSON.stringify(withoutPlaces(profile)))
    return true
  } catch {
    return false
  }
}

/** The profile with files as seen from the project: it may be uploaded. */
function withoutPlaces(profile: Profiler.Profile): Profiler.Profile {
  const nodes = profile.nodes.map((node) => ({
    ...node,
    callFrame: { ...node.callFrame, url: fromHere(node.callFrame.url, process.cwd()) },
  }))
  return { ...profile, nodes }
}

/** A file as seen from `root`, so that a run says nothing of where the project stands on the machine; other URLs as they are. */
function fromHere(url: string, root: string): string {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url
  return isAbsolute(path) ? relative(root, path).split(sep).join('/') : url
}

/** The functions with the most self time, as per cent of the samples in which this thread worked. */
export function topFunctions(
  profile: Profiler.Profile,
  root: string = process.cwd(),
): NonNullable<Probes['profile']>['top'] {
  const functions = new Map<string, { name: string; url: string; line: number; hits: number }>()
  let working = 0
  for (const { callFrame, hitCount = 0 } of profile.nodes) {
    if (callFrame.functionName === '(idle)') continue
    working += hitCount
    if (hitCount === 0 || notFunctions.has(callFrame.functionName)) continue
    const key = `${callFrame.functionName} ${callFrame.url} ${callFrame.lineNumber}`
    const known = functions.get(key)
    if (known) known.hits += hitCount
    else {
      functions.set(key, {
        name: callFrame.functionName || '(anonymous)',
        url: fromHere(callFrame.url, root),
        // V8 counts lines from 0; natives have -1.
        line: callFrame.lineNumber + 1,
        hits: hitCount,
      })
    }
  }
  return [...functions.values()]
    .toSorted((a, b) => b.hits - a.hits)
    .slice(0, TOP)
    .map(({ hits, ...place }) => ({ ...place, selfPercent: (hits / working) * 100 }))
}
