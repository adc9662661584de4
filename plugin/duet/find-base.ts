import { InputError } from '../store/input-error.ts'
import { GitError, git } from './git.ts'

/** The version to compare with, and where this project stands in its repository. */
export interface BaseVersion {
  /** Full commit id. */
  commit: string
  /** Absolute, symbolic links resolved. */
  repository: string
  /** From the repository to the project, `''` or with a slash at its end. */
  prefix: string
}

/**
 * Finds the commit that a user means.
 * @throws InputError outside a repository, or when there is no such commit here: with how to get it.
 */
export async function findBase(cwd: string, ref: string): Promise<BaseVersion> {
  const repository = await git(cwd, ['rev-parse', '--show-toplevel']).catch((cause: unknown) => {
    if (!(cause instanceof GitError)) throw cause
    const why = /not a git repository/.test(cause.message) ? `${cwd} is not in a git repository` : cause.message
    throw new InputError(`Cannot compare with "${ref}": ${why}`, { cause })
  })
  const prefix = await git(cwd, ['rev-parse', '--show-prefix'])
  // A ref may look like an option; --end-of-options keeps it one.
  const commit = await git(cwd, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]).catch(
    () => undefined,
  )
  if (commit === undefined) throw new InputError(await describeMissing(cwd, ref))
  return { commit, repository, prefix }
}

async function describeMissing(cwd: string, ref: string): Promise<string> {
  const shallow = (await git(cwd, ['rev-parse', '--is-shallow-repository']).catch(() => 'false')) === 'true'
  const isCommit = /^[0-9a-f]{40}$/.test(ref)
  if (shallow) {
    const fetch = `git fetch --depth=1 origin ${ref}`
    if (isCommit) return `Cannot find commit ${ref}: this clone is shallow. Fetch it with "${fetch}" and try again`
    return `Cannot find "${ref}": this clone is shallow. Fetch it with "${fetch}" and compare with FETCH_HEAD, or get everything with "git fetch --unshallow"`
  }
  if (isCommit) {
    return `Cannot find commit ${ref}: it is not in this repository. Run "git fetch"; if its branch was rebased or squashed away, name a commit that is still there, or accept a new baseline`
  }
  const remote = await git(cwd, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `origin/${ref}^{commit}`,
  ]).catch(() => undefined)
  if (remote !== undefined) return `Cannot find "${ref}" here: write "origin/${ref}"`
  // Not the stash, which is a ref too.
  const kinds = ['refs/heads', 'refs/remotes', 'refs/tags']
  const newest = ['--count=8', '--sort=-committerdate', '--format=%(refname:short)']
  const known = await git(cwd, ['for-each-ref', ...newest, ...kinds])
  const some = known === '' ? '' : `, for example ${known.split('\n').join(', ')}`
  return `Cannot find "${ref}": it is no branch, tag or commit of this repository. Name one${some}, or run "git fetch" first`
}
