import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { InputError } from '../store/input-error.ts'
import { git, gitEnvironment } from './git.ts'

/** A package manager by its lock file, with the command that installs exactly what the file says. */
const managers = [
  { lock: 'package-lock.json', install: ['npm', 'ci', '--no-audit', '--no-fund'] },
  { lock: 'npm-shrinkwrap.json', install: ['npm', 'ci', '--no-audit', '--no-fund'] },
  { lock: 'pnpm-lock.yaml', install: ['pnpm', 'install', '--frozen-lockfile'] },
  { lock: 'yarn.lock', install: ['yarn', 'install', '--frozen-lockfile'] },
  { lock: 'bun.lock', install: ['bun', 'install', '--frozen-lockfile'] },
  { lock: 'bun.lockb', install: ['bun', 'install', '--frozen-lockfile'] },
] as const

export interface Versions {
  /** Repository of the working tree, absolute. */
  head: string
  /** Checkout of the base, absolute. */
  tree: string
  /** From the repository to the project, `''` or with a slash at its end. */
  prefix: string
}

/**
 * Gives a checkout its dependencies: those of the working tree, linked, where both ask for the same; else installed.
 * @param options `install`: whether that may be done; `say` hears of an installation, which takes long; `signal` ends it
 * @returns how it was done
 * @throws InputError with the package manager's own words
 */
export async function provideDependencies(
  versions: Versions,
  { install: mayInstall, say, signal }: { install: boolean; say: (text: string) => void; signal: AbortSignal },
): Promise<'linked' | 'installed'> {
  if (await sameDependencies(versions)) {
    await linkDependencies(versions)
    return 'linked'
  }
  if (!mayInstall) throw new InputError('The base needs other dependencies than are installed here')
  const { tree, prefix } = versions
  const places = [...new Set([join(tree, prefix), tree])]
  for (const place of places) {
    const manager = managers.find(({ lock }) => existsSync(join(place, lock)))
    if (manager === undefined) continue
    say(`Its dependencies differ: installing them with "${manager.install.join(' ')}".`)
    await install(manager.install, place, signal)
    return 'installed'
  }
  say('Its dependencies differ, and it has no lock file: installing them with "npm install".')
  await install(['npm', 'install', '--no-audit', '--no-fund', '--no-package-lock'], join(tree, prefix), signal)
  return 'installed'
}

/** Makes `tree` share the dependencies of another checkout or of the working tree, package by package of a monorepo. */
export async function linkDependencies({ head, tree }: Pick<Versions, 'head' | 'tree'>): Promise<void> {
  const packages = (await git(tree, ['ls-files', '--', 'package.json', '**/package.json'])).split('\n')
  for (const folder of new Set(['.', ...packages.filter(Boolean).map((path) => dirname(path))])) {
    const installed = join(head, folder, 'node_modules')
    const wanted = join(tree, folder, 'node_modules')
    if (existsSync(installed) && !existsSync(wanted)) await symlink(installed, wanted, 'junction')
  }
  // Node also looks in the folders above: a repository within a larger workspace has its dependencies there.
  const above = installedAbove(head)
  const beside = join(dirname(tree), 'node_modules')
  if (above !== undefined && !existsSync(beside)) await symlink(above, beside, 'junction')
}

function installedAbove(folder: string): string | undefined {
  for (let up = dirname(folder); up !== dirname(up); up = dirname(up)) {
    if (existsSync(join(up, 'node_modules'))) return join(up, 'node_modules')
  }
  return undefined
}

async function sameDependencies({ head, tree, prefix }: Versions): Promise<boolean> {
  const places = [...new Set(['', prefix])]
  const locks = places.flatMap((place) => managers.map(({ lock }) => join(place, lock)))
  const pairs = await Promise.all(
    locks.map(async (path) => [await text(join(head, path)), await text(join(tree, path))]),
  )
  if (pairs.some(([ours, theirs]) => ours !== null || theirs !== null)) {
    return pairs.every(([ours, theirs]) => ours === theirs)
  }
  const manifests = await Promise.all(
    places.map(async (place) => [
      await wantedBy(join(head, place, 'package.json')),
      await wantedBy(join(tree, place, 'package.json')),
    ]),
  )
  return manifests.every(([ours, theirs]) => ours === theirs)
}

/** What a manifest asks for, in a form that can be compared; without one, nothing. */
async function wantedBy(path: string): Promise<string> {
  const content = await text(path)
  if (content === null) return '[]'
  try {
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = JSON.parse(content)
    const kinds = [dependencies, devDependencies, optionalDependencies, peerDependencies]
    return JSON.stringify(
      kinds.map((kind: object | undefined) => Object.entries(kind ?? {}).sort()).filter(({ length }) => length > 0),
    )
  } catch {
    return content
  }
}

function text(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null)
}

/** The last lines of an installation that failed are those that say why. */
const linesShown = 15

function install([command, ...args]: readonly string[], cwd: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command!, args, { cwd, env: gitEnvironment(), stdio: ['ignore', 'pipe', 'pipe'], signal })
    let output = ''
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const fail = (why: string, cause?: unknown) =>
      reject(new InputError(`The base does not install: "${[command, ...args].join(' ')}" ${why}`, { cause }))
    child.once('error', (error) => fail(`cannot be run: ${error.message}`, error))
    child.once('close', (code) => {
      if (code === 0) return resolve()
      fail(`ended with ${code}:\n${output.trim().split('\n').slice(-linesShown).join('\n')}`)
    })
  })
}
