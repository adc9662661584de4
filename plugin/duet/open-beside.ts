import { nameOf } from '../judge/judge-pairs.ts'
import { InputError } from '../store/input-error.ts'
import { checkoutBase } from './checkout-base.ts'
import type { BaseVersion } from './find-base.ts'
import { openLockstepDuet } from './lockstep-duet.ts'
import { BrowserProject, type Duet, openDuet, type Selection, UnsuitableProject } from './open-duet.ts'
import { reasonForProcesses } from './reason-for-processes.ts'
import { checkoutsFolder } from './run-folder.ts'

export interface BesideOptions {
  /** Of the project, symbolic links resolved. */
  root: string
  base: BaseVersion
  /** As the user named the base. */
  ref: string
  selection: Selection
  /** Only files whose modules changed since the base. */
  onlyChanged?: boolean
  /** What is to keep the versions apart; as is needed when absent. */
  isolate?: 'worker' | 'process' | undefined
  /** Whether the base's dependencies may be installed, where they are not those of the working tree; they may when absent. */
  install?: boolean
  env: NodeJS.ProcessEnv
  say: (text: string) => void
  /** Hears of what must be undone however the process ends. */
  onEnd: (undo: () => void) => void
}

/** A project that is ready to be measured beside another version of it. */
export interface Beside {
  duet: Duet
  /** Benchmark files found. */
  count: number
  /** Why there is no base beside it, so that sessions measure the working tree alone. */
  problem: InputError | null
}

/**
 * Opens a project, in one worker for all versions where that can be, else in processes, and checks the base out beside it.
 * @throws InputError when the project itself cannot be opened
 */
export async function openBeside(options: BesideOptions): Promise<Beside> {
  const { root, base, ref, selection, onlyChanged, install = true, env, say, onEnd } = options
  const changedSince = onlyChanged ? base.commit : undefined
  const openProcesses = () =>
    openLockstepDuet(root, base.repository, selection, { env, onEnd }).catch((cause: unknown) => {
      throw new InputError(`Cannot measure in processes: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      })
    })
  const openWorker = () => openDuet(root, base.repository, selection)
  let { duet, why } = await openSuitable(options.isolate, openWorker, openProcesses)
  try {
    const count = await duet.select(selection, changedSince)
    if (count === 0) return { duet, count, problem: null }
    try {
      const { trees, dependencies } = await checkoutBase(base, checkoutsFolder(env), { install, say, onFolder: onEnd })
      const { repository } = base
      const configurationFiles = duet.configurationFiles()
      const globalSetups = duet.globalSetups()
      const target = duet.options?.target ?? null
      const versions = { repository, tree: trees.base, dependencies, configurationFiles, globalSetups, target }
      const reason = why === null ? await reasonForProcesses(versions) : null
      if (reason !== null) {
        await duet.close()
        duet = await openProcesses()
        why = reason
        await duet.select(selection, changedSince)
      }
      duet.useTrees(trees)
      const because = why === null ? '' : `, because ${why}`
      say(
        `Measuring against ${nameOf({ ref, commit: base.commit }, 9)}, ${duet.how}${because}, dependencies ${dependencies}.`,
      )
      return { duet, count, problem: null }
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      return { duet, count, problem: error }
    }
  } catch (error) {
    await duet.close()
    throw error
  }
}

/** Opens the project in one worker where it can be, else in processes: with the reason. */
async function openSuitable(
  wanted: BesideOptions['isolate'],
  openWorker: () => Promise<Duet>,
  openProcesses: () => Promise<Duet>,
): Promise<{ duet: Duet; why: string | null }> {
  if (wanted === 'process') return { duet: await openProcesses(), why: 'it was asked for' }
  try {
    return { duet: await openWorker(), why: wanted === 'worker' ? 'it was asked for' : null }
  } catch (error) {
    if (error instanceof UnsuitableProject && wanted === undefined) {
      return { duet: await openProcesses(), why: error.message }
    }
    if (!(error instanceof UnsuitableProject || error instanceof BrowserProject)) throw error
    throw new InputError(`Cannot measure two versions side by side: ${error.message}`, { cause: error })
  }
}
