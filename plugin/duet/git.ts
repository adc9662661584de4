import { execFile } from 'node:child_process'

/** A git command that failed; `message` is what git said. */
export class GitError extends Error {
  override name = 'GitError'
}

/**
 * What a hook (pre-commit, say) sets for its own repository: a command that ran with these would write to the user's index.
 * The list is that of `git rev-parse --local-env-vars`.
 */
const ofAHook = [
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_CONFIG',
  'GIT_CONFIG_PARAMETERS',
  'GIT_CONFIG_COUNT',
  'GIT_OBJECT_DIRECTORY',
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_GRAFT_FILE',
  'GIT_INDEX_FILE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_REPLACE_REF_BASE',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_COMMON_DIR',
]

/** The environment without what ties git to one repository, and without locale, prompts and optional locks. */
export function gitEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !ofAHook.includes(name))
  return { ...Object.fromEntries(kept), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' }
}

/**
 * Whether git failed on a worktree that another process is just adding or removing, as it reads what it knows of all of them: that one
 * is whole, or gone, milliseconds later.
 * @param said as in "fatal: failed to read .git/worktrees/base1/commondir: Success"
 */
export function metHalfMade(said: string): boolean {
  return /failed to read \S*worktrees\S*/.test(said)
}

/** A checkout must not run the user's hooks. */
export const withoutHooks = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false']

/**
 * Runs git in a folder and gives its standard output without the last line break.
 * @throws GitError with what git said.
 */
export function git(cwd: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: gitEnvironment(), maxBuffer: 64 * 1024 * 1024 }
    execFile('git', [...withoutHooks, ...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout.replace(/\n$/, ''))
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      const reason = missing ? 'git is not installed' : stderr.trim() || error.message
      reject(new GitError(reason, { cause: error }))
    })
  })
}
