import { cp, mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname, '../..')

/** What is measured, of the package as its users have it. */
export type Installed = Pick<typeof import('../../plugin/duet/checkout-base.ts'), 'checkoutBase'> &
  Pick<typeof import('../../plugin/duet/find-base.ts'), 'findBase'> &
  Pick<typeof import('../../plugin/duet/open-duet.ts'), 'openDuet'> &
  Pick<typeof import('../../plugin/duet/take-looks.ts'), 'takeLooks'>

/**
 * Puts the built package and links to its dependencies into a folder `node_modules`: Vitest loads what lies there as it is, but would
 * transform the sources of this repository anew for every process.
 */
export async function installPackage(folder: string): Promise<Installed> {
  const own = join(folder, 'vitest-verdict')
  await mkdir(own, { recursive: true })
  const dependencies = await readdir(join(root, 'node_modules'))
  await Promise.all(dependencies.map((name) => symlink(join(root, 'node_modules', name), join(folder, name))))
  await cp(join(root, 'package.json'), join(own, 'package.json'))
  await cp(join(root, 'dist'), join(own, 'dist'), { recursive: true })
  const load = (name: string) => import(pathToFileURL(join(own, `dist/plugin/duet/${name}.js`)).href)
  const modules = await Promise.all(['checkout-base', 'find-base', 'open-duet', 'take-looks'].map(load))
  return Object.assign({}, ...modules) as Installed
}
