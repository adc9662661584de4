import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { benchmarkKey } from '../run/benchmark-key.ts'
import type { DuetSetup, Lane } from './lane.ts'
import type { OpenedLane } from './lockstep-lane.ts'
import { type LockstepPinning, lockstepPinning } from './lockstep-pinning.ts'
import { type LockstepProcess, startLockstepProcess } from './lockstep-process.ts'
import { type LockstepReferee, lockstepReferee } from './lockstep-referee.ts'
import { type BenchmarkFile, type Duet, projectName, type Selection, type SessionResult } from './open-duet.ts'
import { placeInTree } from './resolve-in-tree.ts'

/** A version may be silent for so long at the least, ms: a large project takes its time to load. */
const LEAST_PATIENCE_MS = 60_000
/** Vitest and its configuration must be loaded by then, ms. */
const OPENING_MS = 120_000

export interface LockstepOptions {
  env: NodeJS.ProcessEnv
  /** Hears of what must be undone however the process ends. */
  onEnd: (undo: () => void) => void
  pinning?: LockstepPinning
}

/** A version that can run files. */
interface OpenLane extends OpenedLane {
  process: LockstepProcess
  files: BenchmarkFile[]
}

/**
 * Opens a project to be measured in lock-step: each version runs in a Vitest process of its own, with its own configuration and
 * dependencies, and they take turns on one processor. A process that dies or hangs is left out of what follows.
 * @param root of the project, symbolic links resolved
 * @param repository that the project is in, likewise
 * @throws Error when the working tree's own Vitest cannot be started
 */
export async function openLockstepDuet(
  root: string,
  repository: string,
  selection: Selection,
  { env, onEnd, pinning = lockstepPinning() }: LockstepOptions,
): Promise<Duet> {
  const folder = mkdtempSync(join(tmpdir(), 'verdict-'))
  const processes: LockstepProcess[] = []
  const lanes = new Map<Lane, OpenLane>()
  /** Why a version cannot be measured. */
  const missing = new Map<Lane, string>()
  let trees: DuetSetup['trees'] = null
  let referee: LockstepReferee | undefined

  const close = () => {
    for (const each of processes) each.kill('it is over')
    rmSync(folder, { recursive: true, force: true })
  }
  onEnd(close)

  const open = async (lane: Lane, tree: string, options: OpenedLane['options'] | null): Promise<OpenLane> => {
    const own = join(tree, relative(repository, root))
    const child = await startLockstepProcess(
      {
        address: process.platform === 'win32' ? join('\\\\.\\pipe', folder, lane) : join(folder, lane),
        prefix: pinning.prefix,
        cwd: own,
        env,
      },
      (worker) => referee!.join(lane, worker),
    )
    processes.push(child)
    const timer = setTimeout(() => child.kill(`was not loaded within ${OPENING_MS / 1000} s`), OPENING_MS)
    const opening = { root: own, repository, tree, selection, options, leastPatienceMs: LEAST_PATIENCE_MS }
    const opened = await child.open(opening).finally(() => clearTimeout(timer))
    return { ...opened, process: child, files: [] }
  }

  const lose = (lane: Lane, error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    lanes.delete(lane)
    missing.set(lane, reason)
    return reason
  }

  const openBase = async ({ target, ...options }: OpenedLane['options']) => {
    for (const lane of ['base', 'null'] as const) {
      if (trees === null || lanes.has(lane) || missing.has(lane)) continue
      try {
        const tree = trees[lane]
        const place = target?.kind === 'module' ? placeInTree(target.path, repository, tree) : null
        const own = place === null ? target : ({ kind: 'module', path: place } as const)
        const opened = await open(lane, tree, { ...options, target: own })
        // What was named by its place in the working tree has another one in this version.
        const filters = selection.filters.map((filter) => placeInTree(filter, repository, tree) ?? filter)
        opened.files = await opened.process.select({ ...selection, filters }, null)
        lanes.set(lane, opened)
      } catch (error) {
        lose(lane, error)
      }
    }
  }

  const runFile = async (place: BenchmarkFile, session: number, time: number, only?: ReadonlySet<string>) => {
    const taking = [...lanes].filter(([, { files }]) => files.some((each) => isSame(each, place)))
    const baseFirst = session % 2 === 0
    const current = lockstepReferee({
      lanes: taking.map(([lane]) => lane),
      missing,
      session,
      time,
      ownFigures: selection.ownFigures === true,
      baseFirst,
      patienceMs: Math.max(...taking.map(([, { patienceMs }]) => patienceMs)),
      onHung: (lane, why) => lanes.get(lane)?.process.kill(why),
    })
    referee = current
    const results = new Map<Lane, Promise<SessionResult>>()
    // They are loaded one after the other, in an order that alternates.
    for (const [lane, { process }] of baseFirst ? taking.toReversed() : taking) {
      current.laneStarted(lane)
      const running = process
        .run(session, place, only === undefined ? null : [...only])
        .catch((error: unknown) => ({ ...emptyResult(), failures: [{ where: place.file, error: lose(lane, error) }] }))
        .finally(() => current.laneEnded(lane))
      results.set(lane, running)
      await current.loaded(lane)
    }
    await Promise.all(results.values())
    return { head: await results.get('head')!, base: await results.get('base'), removed: current.removed }
  }

  try {
    lanes.set('head', await open('head', repository, null))
  } catch (error) {
    close()
    throw error
  }
  const head = lanes.get('head')!
  return {
    options: head.options,
    how: `each version in a process of its own, in lock-step, ${pinning.text}`,
    async select(given, changedSince) {
      head.files = await head.process.select(given, changedSince ?? null)
      return head.files.length
    },
    files: () => head.files,
    configurationFiles: () => head.configurationFiles,
    globalSetups: () => head.globalSetups,
    useTrees(given) {
      trees = given
    },
    async session(number, time, only) {
      await openBase(head.options)
      const result = emptyResult()
      const reason = missing.get('base')
      if (reason !== undefined) result.baseFailures.push({ file: 'its process', test: null, error: reason })
      for (const place of head.files) {
        if (!lanes.has('head')) break
        const ran = await runFile(place, number, time, only)
        const inBase = ran.base !== undefined || missing.has('base')
        result.observations.push(...ran.head.observations.map((each) => ({ ...each, inBase })))
        result.failures.push(...ran.head.failures)
        result.baseFailures.push(...(ran.base?.failures ?? []).map((failure) => inFile(place.file, failure)))
        result.shared = [...new Set([...result.shared, ...(ran.base?.shared ?? [])])]
        const identity = { category: null, file: place.file, project: projectName(place.project) }
        result.removed.push(...ran.removed.map((each) => ({ key: benchmarkKey({ ...identity, ...each }) })))
      }
      return result
    },
    filesOnlyInBase() {
      const base = lanes.get('base')?.files ?? []
      return [...new Set(base.map(({ file }) => file))].filter(
        (file) => !head.files.some((each) => each.file === file) && !existsSync(join(root, file)),
      )
    },
    close: async () => close(),
  }
}

function isSame(a: BenchmarkFile, b: BenchmarkFile): boolean {
  return a.file === b.file && a.project === b.project
}

function emptyResult(): SessionResult {
  return { observations: [], removed: [], failures: [], baseFailures: [], shared: [] }
}

/** What failed in a file, told apart from its test. */
function inFile(file: string, { where, error }: SessionResult['failures'][number]) {
  const before = `${file} > `
  return { file, test: where.startsWith(before) ? where.slice(before.length) : null, error }
}
