import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gitEnvironment, metHalfMade, withoutHooks } from './git.ts'

/**
 * Removes the folder of a run and what git knows of the worktrees in it. At once, so that it also works while a process is
 * ending; only these worktrees are forgotten, never others of the user's whose folder is missing now.
 */
export function removeRunFolder(folder: string): void {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    const tree = join(folder, name)
    if (existsSync(join(tree, '.git'))) forget(tree)
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}

function forget(tree: string): void {
  const { status, stdout } = gitNow(['-C', tree, 'rev-parse', '--path-format=absolute', '--git-common-dir'])
  if (status !== 0) return
  const removal = [`--git-dir=${stdout.trim()}`, 'worktree', 'remove', '--force', '--force', tree]
  for (let attempt = 1; metHalfMade(gitNow(removal).stderr) && attempt < attempts; attempt++) pause(pauseMs)
}

const attempts = 8
const pauseMs = 50

function gitNow(args: readonly string[]) {
  return spawnSync('git', [...withoutHooks, ...args], { env: gitEnvironment(), encoding: 'utf8' })
}

/** Without the event loop, which may have ended. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
