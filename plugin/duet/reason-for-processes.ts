import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ResolvedTarget } from '../options.ts'
import type { Checkout } from './checkout-base.ts'
import { hasVersions, placeInTree } from './resolve-in-tree.ts'

/** What may be different between the versions. */
export interface Versions {
  /** Of the working tree, absolute. */
  repository: string
  /** Checkout of the base, absolute. */
  tree: string
  dependencies: Checkout['dependencies']
  /** Files that the working tree's configuration of Vitest was read from, absolute. */
  configurationFiles: readonly string[]
  /** Its global setups, absolute. */
  globalSetups: readonly string[]
  /** What the working tree measures instead of its own code; null where it is that. */
  target: ResolvedTarget | null
}

/**
 * Why two versions cannot share a process: it has one configuration and one global setup, which may start what is measured, and
 * loads a native addon of one version. Null where nothing speaks against it.
 */
export async function reasonForProcesses(versions: Versions): Promise<string | null> {
  const { repository, tree, dependencies, configurationFiles, globalSetups, target } = versions
  // All versions in a worker are told one path.
  if (target?.kind === 'module' && placeInTree(target.path, repository, tree) !== null) {
    return `the target ${relative(repository, target.path)} has versions of its own`
  }
  for (const path of configurationFiles) {
    const file = relative(repository, path)
    if (file.startsWith('..') || isAbsolute(file) || file.split(sep).includes('node_modules')) continue
    if (measuring.some((folder) => path.startsWith(folder))) continue
    const [ours, theirs] = await Promise.all([withoutSpace(path), withoutSpace(join(tree, file))])
    if (ours !== theirs) return `${file} differs`
  }
  const setup = globalSetups.find((path) => hasVersions(path, repository))
  if (setup !== undefined) return `the global setup ${relative(repository, setup)} has versions of its own`
  if (dependencies === 'linked') return null
  const [ours, theirs] = await Promise.all([nativeAddons(repository), nativeAddons(tree)])
  const different = [...ours].find(([name, version]) => theirs.has(name) && theirs.get(name) !== version)
  return different === undefined ? null : `its version of ${different[0]}, a native addon, differs`
}

/** Our own code, in a repository that has it beside the configuration: the working tree's measures all versions. */
const measuring = ['../', '../../reporters/'].map((folder) => fileURLToPath(new URL(folder, import.meta.url)))

/** How a file is set does not matter. */
async function withoutSpace(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => null)
  return text === null ? null : text.replaceAll(/\s+/g, ' ').trim()
}

/** Addons of Vite and its tools, which benchmarks do not load. */
const ofTools = /^(@rolldown|@rollup|@esbuild|@oxc-[a-z]+|lightningcss|@biomejs|@swc|@tailwindcss|fsevents)/

/** Installed packages with compiled code, and their versions. */
async function nativeAddons(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const file of globSync('node_modules/{*,@*/*}/**/*.node', { cwd: folder, exclude: (name) => name === 'src' })) {
    const parts = file.split(sep)
    const name = parts[1]!.startsWith('@') ? `${parts[1]}/${parts[2]}` : parts[1]!
    if (found.has(name) || ofTools.test(name)) continue
    const manifest = await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8').catch(() => '{}')
    found.set(name, String(JSON.parse(manifest).version))
  }
  return found
}
