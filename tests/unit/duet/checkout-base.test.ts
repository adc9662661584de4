import { execFileSync, spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect } from 'vitest'
import { checkoutBase } from '../../../plugin/duet/checkout-base.ts'
import { findBase } from '../../../plugin/duet/find-base.ts'
import { createRunFolder } from '../../../plugin/duet/run-folder.ts'
import { git, initRepository, write } from '../../support/run-against.ts'
import { testInFolder } from '../../support/temporary-folder.ts'

const silent = () => {}

/** A repository with one commit on `main`, changed since: staged, unstaged, untracked and stashed. */
const test = testInFolder
  .extend('repository', async ({ folder }) => {
    const repository = join(realpathSync(folder), 'repository')
    const files = {
      'sum.js': 'old',
      'package-lock.json': '{}',
      '.gitignore': 'node_modules\n',
      'packages/a/package.json': '{}',
    }
    await write(repository, files)
    initRepository(repository)
    await write(repository, { 'sum.js': 'stashed' })
    git(repository, 'stash', '--quiet')
    await write(repository, { 'staged.js': 'staged', 'node_modules/dependency/index.js': '' })
    git(repository, 'add', 'staged.js')
    await write(repository, { 'sum.js': 'new', 'untracked.js': 'untracked' })
    return repository
  })
  .extend('checkouts', async ({ folder }) => join(folder, 'cache'))

/** Everything of the user's that a checkout could disturb. */
async function stateOf(repository: string) {
  return {
    status: git(repository, 'status', '--porcelain'),
    index: (await readFile(join(repository, '.git/index'))).toString('base64'),
    stash: git(repository, 'stash', 'list'),
    head: git(repository, 'rev-parse', 'HEAD'),
    branch: git(repository, 'branch', '--show-current'),
    worktrees: git(repository, 'worktree', 'list').split('\n').length,
  }
}

/** A worktree as git has it for a moment while it adds one, when each other command that reads it fails; gone soon after. */
async function halfAdd(repository: string): Promise<void> {
  const folder = join(repository, '.git/worktrees/half')
  await write(folder, { gitdir: join(repository, '../half/.git'), HEAD: 'ref: refs/heads/main', commondir: '' })
  expect(() => git(repository, 'worktree', 'list')).toThrow('commondir')
  spawn('sh', ['-c', `sleep 0.1; rm -r '${folder}'`], { stdio: 'ignore' })
}

describe('checkoutBase()', () => {
  test('checks the version out twice, with linked dependencies, and leaves no trace', async ({
    repository,
    checkouts,
    expect,
  }) => {
    const before = await stateOf(repository)
    const base = await findBase(repository, 'main')
    const { trees, dependencies, remove } = await checkoutBase(base, checkouts, { say: silent })
    expect(dependencies).toBe('linked')
    for (const tree of Object.values(trees)) {
      expect(await readFile(join(tree, 'sum.js'), 'utf8')).toBe('old')
      expect(existsSync(join(tree, 'staged.js'))).toBe(false)
      expect(existsSync(join(tree, 'node_modules/dependency/index.js'))).toBe(true)
    }
    const during = await stateOf(repository)
    expect({ ...during, worktrees: before.worktrees }).toEqual(before)
    remove()
    remove()
    expect(await stateOf(repository)).toEqual(before)
    expect(await readdir(checkouts)).toEqual([])
    expect(existsSync(join(repository, 'node_modules/dependency/index.js'))).toBe(true)
  })

  test('is not misled by what a git hook sets for its own repository', async ({ repository, checkouts, expect }) => {
    const before = await stateOf(repository)
    const set = { GIT_INDEX_FILE: join(repository, '.git/index'), GIT_DIR: join(repository, '.git') }
    const saved = Object.keys(set).map((name) => [name, process.env[name]] as const)
    Object.assign(process.env, set)
    try {
      const { remove } = await checkoutBase(await findBase(repository, 'main'), checkouts, { say: silent })
      remove()
    } finally {
      for (const [name, value] of saved) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    }
    expect(await stateOf(repository)).toEqual(before)
  })

  test('runs no hook of the user', async ({ repository, checkouts, expect }) => {
    const marker = join(repository, '..', 'hook-ran')
    const hook = join(repository, '.git/hooks/post-checkout')
    await mkdir(dirname(hook), { recursive: true })
    await writeFile(hook, `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 })
    const { remove } = await checkoutBase(await findBase(repository, 'main'), checkouts, { say: silent })
    remove()
    expect(existsSync(marker)).toBe(false)
  })

  test('lets several runs check out at once', async ({ repository, checkouts, expect }) => {
    const base = await findBase(repository, 'main')
    const all = await Promise.all(Array.from({ length: 3 }, () => checkoutBase(base, checkouts, { say: silent })))
    const trees = all.flatMap(({ trees }) => Object.values(trees))
    expect(new Set(trees).size).toBe(6)
    all[0]!.remove()
    expect(await readFile(join(all[1]!.trees.base, 'sum.js'), 'utf8')).toBe('old')
    for (const { remove } of all) remove()
    expect(await readdir(checkouts)).toEqual([])
    expect(git(repository, 'worktree', 'list').split('\n')).toHaveLength(1)
  })

  test('waits for a worktree that another run is just adding or removing', async ({
    repository,
    checkouts,
    expect,
  }) => {
    const base = await findBase(repository, 'main')
    await halfAdd(repository)
    const { remove } = await checkoutBase(base, checkouts, { say: silent })
    expect(git(repository, 'worktree', 'list').split('\n')).toHaveLength(3)
    await halfAdd(repository)
    remove()
    expect(git(repository, 'worktree', 'list').split('\n')).toHaveLength(1)
  })

  test('says in the words of git why there can be no worktree', async ({ repository, checkouts, expect }) => {
    const base = await findBase(repository, 'main')
    await writeFile(join(repository, '.git/worktrees'), 'no folder')
    await expect(checkoutBase(base, checkouts, { say: silent })).rejects.toThrow(
      /^Cannot check out [0-9a-f]{9}: .*worktrees/,
    )
    expect(await readdir(checkouts)).toEqual([])
  })

  test('clears away what a killed run left, and forgets no other worktree', async ({
    repository,
    checkouts,
    expect,
  }) => {
    const mine = join(repository, '..', 'mine')
    git(repository, 'worktree', 'add', '--detach', '--quiet', mine)
    await rm(mine, { recursive: true })
    // 4,194,304 is the largest process id that Linux gives; no process has the one above.
    const left = join(checkouts, 'run-0123456789ab-4194305')
    await mkdir(left, { recursive: true })
    git(repository, 'worktree', 'add', '--detach', '--quiet', join(left, 'base'))
    const used = await createRunFolder(checkouts)
    const { remove } = await checkoutBase(await findBase(repository, 'main'), checkouts, { say: silent })
    remove()
    expect(existsSync(left)).toBe(false)
    expect(existsSync(used)).toBe(true)
    expect(git(repository, 'worktree', 'list')).toContain(mine)
    expect(git(repository, 'worktree', 'list').split('\n')).toHaveLength(2)
  })

  test('finds the project within a monorepo, and says when the base has no such folder', async ({
    repository,
    checkouts,
    expect,
  }) => {
    const base = await findBase(join(repository, 'packages/a'), 'main')
    expect(base).toMatchObject({ repository, prefix: 'packages/a/' })
    await write(repository, { 'packages/b/package.json': '{}' })
    const absent = await findBase(join(repository, 'packages/b'), 'main')
    await expect(checkoutBase(absent, checkouts, { say: silent })).rejects.toThrow('it has no folder "packages/b"')
    expect(await readdir(checkouts)).toEqual([])
  })

  test('links what lies above a repository that has no dependencies of its own', async ({
    repository,
    checkouts,
    expect,
  }) => {
    await rm(join(repository, 'node_modules'), { recursive: true })
    await write(join(repository, '..'), { 'node_modules/above/index.js': '' })
    const { trees, remove } = await checkoutBase(await findBase(repository, 'main'), checkouts, { say: silent })
    expect(existsSync(join(trees.base, '../node_modules/above/index.js'))).toBe(true)
    remove()
    expect(existsSync(join(repository, '../node_modules/above/index.js'))).toBe(true)
  })

  test('installs nothing where that is not wanted, and says that it would be needed', async ({
    repository,
    checkouts,
    expect,
  }) => {
    await write(repository, { 'package-lock.json': '{"changed": true}' })
    const base = await findBase(repository, 'main')
    await expect(checkoutBase(base, checkouts, { install: false, say: silent })).rejects.toThrow(
      'The base needs other dependencies than are installed here',
    )
    expect(await readdir(checkouts)).toEqual([])
  })

  test('says in the words of the package manager why the base does not install', async ({
    repository,
    checkouts,
    expect,
  }) => {
    const folder = await createRunFolder(join(repository, '..', 'bin'))
    await writeFile(join(folder, 'npm'), '#!/bin/sh\necho "npm error: no such package" >&2\nexit 7\n', { mode: 0o755 })
    await symlink(process.execPath, join(folder, 'node'))
    await write(repository, { 'package-lock.json': '{"changed": true}' })
    const base = await findBase(repository, 'main')
    const path = process.env.PATH
    process.env.PATH = `${folder}:${path}`
    try {
      await expect(checkoutBase(base, checkouts, { say: silent })).rejects.toThrow(
        /does not install: "npm ci .*" ended with 7:\nnpm error: no such package/,
      )
    } finally {
      process.env.PATH = path
    }
    expect(await readdir(checkouts)).toEqual([])
    expect(git(repository, 'worktree', 'list').split('\n')).toHaveLength(1)
  })
})

test('an installation ends with the run that wanted it', async ({ repository, checkouts, expect }) => {
  const folder = await createRunFolder(join(repository, '..', 'bin'))
  await writeFile(join(folder, 'npm'), '#!/bin/sh\necho $$ > ../../../installing\nexec sleep 60\n', { mode: 0o755 })
  await write(repository, { 'package-lock.json': '{"changed": true}' })
  const base = await findBase(repository, 'main')
  const path = process.env.PATH
  process.env.PATH = `${folder}:${path}`
  try {
    let end = () => {}
    const checkout = checkoutBase(base, checkouts, { say: silent, onFolder: (remove) => (end = remove) })
    const ended = expect(checkout).rejects.toThrow('does not install')
    const file = join(checkouts, '../installing')
    await expect.poll(() => existsSync(file) && readFile(file, 'utf8')).toMatch(/^\d+\n$/)
    const pid = Number(await readFile(file, 'utf8'))
    end()
    await ended
    await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false)
    expect(await readdir(checkouts)).toEqual([])
  } finally {
    process.env.PATH = path
  }
})

describe('findBase()', () => {
  test('says what a ref could have been, and does not take the stash for one', async ({ repository, expect }) => {
    // Newer than the branch, so that it would come first.
    const stashedAt = new Date(Date.now() + 60_000).toISOString()
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', 'stash', '--quiet'], {
      cwd: repository,
      env: { ...process.env, GIT_COMMITTER_DATE: stashedAt },
      stdio: 'pipe',
    })
    await expect(findBase(repository, 'nonsense')).rejects.toThrow(
      'Cannot find "nonsense": it is no branch, tag or commit of this repository. Name one, for example main',
    )
    await expect(findBase(repository, '--help')).rejects.toThrow('Cannot find "--help"')
  })

  test('says how to get what a shallow clone lacks', async ({ repository, expect }) => {
    git(repository, 'commit', '--quiet', '--allow-empty', '-m', 'second')
    const clone = join(repository, '..', 'clone')
    git(repository, 'clone', '--quiet', '--depth=1', `file://${repository}`, clone)
    await expect(findBase(clone, 'HEAD~1')).rejects.toThrow(/this clone is shallow. Fetch it with "git fetch --depth=1/)
    const commit = git(repository, 'rev-parse', 'HEAD~1')
    await expect(findBase(clone, commit)).rejects.toThrow(`git fetch --depth=1 origin ${commit}" and try again`)
    await expect(findBase(clone, 'v1')).rejects.toThrow('"git fetch --depth=1 origin v1"')
  })

  test('points to the remote branch where there is no local one', async ({ repository, expect }) => {
    git(repository, 'branch', 'feature')
    const clone = join(repository, '..', 'clone')
    git(repository, 'clone', '--quiet', repository, clone)
    await expect(findBase(clone, 'feature')).rejects.toThrow('write "origin/feature"')
  })

  test('says where there is no repository', async ({ folder, expect }) => {
    await expect(findBase(folder, 'main')).rejects.toThrow('is not in a git repository')
  })
})
