import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gitEnvironment, withoutHooks } from './git.ts'

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
  const common = gitNow(['-C', tree, 'rev-parse', '--path-format=absolute', '--git-common-dir'])
  if (common === null) return
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
    if (gitNow([`--git-dir=${common}`, 'worktree', 'remove', '--force', '--force', tree]) !== null) return
  }
}

/** git fails on a worktree that another run is just adding; that is whole milliseconds later. */
const attempts = 8
const pauseMs = 50

function gitNow(args: readonly string[]): string | null {
  const { status, stdout } = spawnSync('git', [...withoutHooks, ...args], { env: gitEnvironment(), encoding: 'utf8' })
  return status === 0 ? stdout.trim() : null
}
