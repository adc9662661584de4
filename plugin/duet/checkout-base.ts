import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel'
import { InputError } from '../store/input-error.ts'
import type { BaseVersion } from './find-base.ts'
import { GitError, git, metHalfMade } from './git.ts'
import { linkDependencies, provideDependencies } from './provide-dependencies.ts'
import { removeRunFolder } from './remove-run-folder.ts'
import { abandonedRunFolders, createRunFolder } from './run-folder.ts'

/** A version checked out twice, the second time to compare it with itself. */
export interface Checkout {
  /** Absolute; one for `base`, one for the null arm. */
  trees: { base: string; null: string }
  dependencies: 'linked' | 'installed'
  /** Removes everything, also from git's list of worktrees. Can be called twice, and while the process ends. */
  remove(): void
}

export interface CheckoutOptions {
  /** Whether dependencies that are not those of the working tree may be installed; they may when absent. */
  install?: boolean
  say: (text: string) => void
  /** Hears of the folder before anything is in it, so that it can be removed however the process ends. */
  onFolder?: (remove: () => void) => void
}

/**
 * Checks a version out into a folder of its own, beside the user's tree, index and stash, which stay as they are.
 * @param checkouts where such folders go, see `checkoutsFolder`
 * @throws InputError when it cannot be checked out or does not install; nothing is left then.
 */
export async function checkoutBase(
  { commit, repository, prefix }: BaseVersion,
  checkouts: string,
  { install = true, say, onFolder = () => {} }: CheckoutOptions,
): Promise<Checkout> {
  for (const abandoned of await abandonedRunFolders(checkouts)) removeRunFolder(abandoned)
  const folder = await createRunFolder(checkouts)
  const installing = new AbortController()
  const remove = () => {
    installing.abort()
    removeRunFolder(folder)
  }
  onFolder(remove)
  try {
    const trees = { base: join(folder, 'base'), null: join(folder, 'null') }
    for (const tree of Object.values(trees)) await addWorktree(repository, tree, commit)
    if (prefix !== '' && !existsSync(join(trees.base, prefix))) {
      throw new InputError(`Cannot compare with ${commit.slice(0, 9)}: it has no folder "${prefix.replace(/\/$/, '')}"`)
    }
    const versions = { head: repository, tree: trees.base, prefix }
    const dependencies = await provideDependencies(versions, { install, say, signal: installing.signal })
    const installed = dependencies === 'linked' ? repository : trees.base
    await linkDependencies({ head: installed, tree: trees.null })
    return { trees, dependencies, remove }
  } catch (error) {
    remove()
    if (!(error instanceof GitError)) throw error
    throw new InputError(`Cannot check out ${commit.slice(0, 9)}: ${error.message}`, { cause: error })
  }
}

const whileOthersChange = retry(
  handleWhen((error) => error instanceof GitError && metHalfMade(error.message)),
  { maxAttempts: 8, backoff: new ExponentialBackoff({ initialDelay: 20, maxDelay: 500 }) },
)

function addWorktree(repository: string, tree: string, commit: string): Promise<string> {
  return whileOthersChange.execute(() =>
    git(repository, ['worktree', 'add', '--detach', '--force', '--quiet', tree, commit]),
  )
}
