import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createBirpc } from 'birpc'
import type { TestProject } from 'vitest/node'
import { type ResolvedOptions, resolveOptions } from '../options.ts'
import { lockstepOptionsVariable } from './lockstep-protocol.ts'
import {
  type BenchmarkFile,
  type Duet,
  type Manner,
  measureBy,
  openDuet,
  type Selection,
  type SessionResult,
} from './open-duet.ts'

/** What a lane is to open. */
export interface LaneOpening {
  /** Of the version's project, symbolic links resolved. */
  root: string
  /** Of the working tree, likewise. */
  repository: string
  /** Of the version that is in: its checkout, or the working tree again. */
  tree: string
  selection: Selection
  /** How long the referee waits for any one thing at the least, ms. */
  leastPatienceMs: number
  /** Of the plugin; null: those of the version's own configuration. */
  options: ResolvedOptions | null
}

export interface OpenedLane {
  options: ResolvedOptions
  configurationFiles: string[]
  globalSetups: string[]
  /** How long the referee must wait for any one thing, as tests and hooks may take as long as is configured, ms. */
  patienceMs: number
}

/** What can be asked of the process of a version. */
export interface LockstepLaneCalls {
  open(opening: LaneOpening): Promise<OpenedLane>
  /** Finds what to run, as `Duet.select` does. */
  select(selection: Selection, changedSince: string | null): Promise<BenchmarkFile[]>
  /** Runs one file once. */
  run(session: number, place: BenchmarkFile, only: string[] | null): Promise<SessionResult>
}

let duet: Duet | undefined
/** With the arguments of Node that each was configured with. */
const projects = new Map<TestProject, readonly string[]>()

const calls: LockstepLaneCalls = {
  async open({ root, repository, tree, selection, leastPatienceMs, options: given }) {
    let patienceMs = leastPatienceMs
    duet = await openDuet(root, repository, selection, {
      vitest: () => vitestOf(root),
      configure(project) {
        const { testTimeout, hookTimeout } = project.config
        patienceMs = Math.max(patienceMs, finite(testTimeout) + finite(hookTimeout))
        configure(project, patienceMs)
        projects.set(project, project.config.execArgv)
      },
      ...(given !== null && { options: given }),
    })
    // Dependencies that are linked lead back into the working tree, where the repository's own packages are among them.
    if (tree !== repository) duet.useTrees({ base: tree, null: tree })
    const options = given ?? duet.options ?? resolveOptions()
    // Workers inherit it.
    process.env[lockstepOptionsVariable] = JSON.stringify(options)
    return { options, configurationFiles: duet.configurationFiles(), globalSetups: duet.globalSetups(), patienceMs }
  },
  async select(selection, changedSince) {
    await duet!.select(selection, changedSince ?? undefined)
    return duet!.files()
  },
  run(session, place, only) {
    for (const [project, own] of projects) project.config.execArgv = [...own, ...alike(session)]
    return duet!.session(session, 0, only === null ? undefined : new Set(only), place)
  },
}

createBirpc<object, LockstepLaneCalls>(calls, {
  post: (message) => process.send!(message),
  on: (listener) => void process.on('message', listener),
  timeout: -1,
})
// The workers end with their process.
process.on('disconnect', () => process.exit())

/**
 * What makes processes alike. V8 asks for memory at random places, and where data lies can make the same code some per cent
 * faster: the same places for all versions, others in every session. Garbage is collected by the thread whose turn it is, not
 * by one that takes the processor from the next version.
 */
function alike(session: number): string[] {
  return [`--random-seed=${session}`, '--single-threaded-gc']
}

/** Vitest as the version itself has it. */
async function vitestOf(root: string): ReturnType<Manner['vitest']> {
  const { resolve } = createRequire(join(root, 'package.json'))
  let path: string
  try {
    path = resolve('vitest/node')
  } catch (cause) {
    throw new Error(`no Vitest is installed there: ${(cause as Error).message}`, { cause })
  }
  const vitest: typeof import('vitest/node') = await import(pathToFileURL(path).href)
  const [major = 0, minor = 0] = vitest.version.split('.').map(Number)
  if (major > 5 || (major === 5 && minor >= 1)) return vitest
  throw new Error(`it has Vitest ${vitest.version}, whose benchmarks can only be measured from 5.1 on`)
}

/** Its runner, pool options, environment and plugins stay as configured: that is what the process is for. */
function configure(project: TestProject, patienceMs: number): void {
  measureBy(project, 'lockstep-provider')
  const { config } = project
  // The referee must lose patience with one lane before the tests of the others run out of time.
  config.testTimeout += 2 * patienceMs
  config.sequence.shuffle = false
  config.sequence.concurrent = false
  config.maxConcurrency = 1
}

/** A limit that is switched off, 0 or infinite, says nothing of how long things take. */
function finite(ms: number): number {
  return Number.isFinite(ms) ? ms : 0
}
