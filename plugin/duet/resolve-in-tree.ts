import { existsSync } from 'node:fs'
import { isAbsolute, join, relative } from 'node:path'
import type { Vite } from 'vitest/node'

/**
 * Keeps the modules of a checkout within it: what one of them imports by an alias, an absolute path or the name of a package
 * of the same repository would resolve into the working tree, and the base would run the head's code.
 * @param trees the checkouts; asked at every import, as there are none yet when Vite starts
 * @param onShared hears of files of the working tree that a checkout has none of, output of a build say: it gets the same one
 */
export function resolveInTree(
  repository: string,
  trees: () => readonly string[],
  onShared: (path: string) => void,
): Vite.Plugin {
  return {
    name: 'vitest-verdict:duet',
    enforce: 'pre',
    async resolveId(id, importer, options) {
      const tree = importer === undefined ? undefined : trees().find((folder) => isWithin(folder, pathOf(importer)))
      if (tree === undefined) return undefined
      const resolved = await this.resolve(id, importer, { ...options, skipSelf: true })
      if (resolved === null || resolved.external) return resolved
      const mapped = mapIntoTree(resolved.id, repository, tree)
      if (placeInTree(pathOf(mapped), repository, tree) !== null) onShared(pathOf(mapped))
      return { ...resolved, id: mapped }
    },
  }
}

/**
 * The same file in another checkout, if it has it and it is no dependency.
 * @example mapIntoTree('/repo/src/a.ts?raw', '/repo', '/cache/base') // '/cache/base/src/a.ts?raw'
 */
export function mapIntoTree(id: string, repository: string, tree: string): string {
  const path = pathOf(id)
  const mapped = placeInTree(path, repository, tree)
  return mapped === null || !existsSync(mapped) ? id : `${mapped}${id.slice(path.length)}`
}

/** Where a file of the repository is in another checkout of it, whether it is there or not; null for what has no other version. */
export function placeInTree(path: string, repository: string, tree: string): string | null {
  return hasVersions(path, repository) && !isWithin(tree, path) ? join(tree, relative(repository, path)) : null
}

/** Whether a file is the repository's own, and so another one in another version. */
export function hasVersions(path: string, repository: string): boolean {
  return isWithin(repository, path) && !/(^|[\\/])node_modules[\\/]/.test(relative(repository, path))
}

/** What to say of a file that `onShared` has heard of. */
export function sharedWarning(path: string): string {
  return `The base has no ${path} in git: both versions ran the working tree's, and what changed in it is not seen.`
}

function pathOf(id: string): string {
  return id.split('?', 1)[0]!
}

function isWithin(folder: string, path: string): boolean {
  if (!isAbsolute(path)) return false
  const inside = relative(folder, path)
  return inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)
}
