import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mapIntoTree, resolveInTree } from '../../../plugin/duet/resolve-in-tree.ts'
import { testInFolder } from '../../support/temporary-folder.ts'

/** A repository and a checkout of it, which lacks `new.ts`. */
const test = testInFolder.extend('places', async ({ folder }) => {
  const [repository, tree] = [join(folder, 'repository'), join(folder, 'tree')]
  for (const place of [repository, tree]) {
    await mkdir(join(place, 'node_modules/dependency'), { recursive: true })
    await writeFile(join(place, 'a.ts'), '')
    await writeFile(join(place, 'node_modules/dependency/index.js'), '')
  }
  await writeFile(join(repository, 'new.ts'), '')
  return { repository, tree }
})

test('mapIntoTree() gives the same file of the checkout, with its query, and leaves everything else', ({
  places: { repository, tree },
  expect,
}) => {
  const map = (id: string) => mapIntoTree(id, repository, tree)
  expect(map(join(repository, 'a.ts?raw'))).toBe(join(tree, 'a.ts?raw'))
  expect(map(join(tree, 'a.ts'))).toBe(join(tree, 'a.ts'))
  for (const same of ['new.ts', 'node_modules/dependency/index.js'].map((name) => join(repository, name))) {
    expect(map(same)).toBe(same)
  }
  for (const same of ['\0virtual', 'node:fs', '/elsewhere/a.ts']) expect(map(same)).toBe(same)
})

test('resolveInTree() tells of what a checkout gets from the working tree, as it has none of its own', async ({
  places: { repository, tree },
  expect,
}) => {
  const shared: string[] = []
  const plugin = resolveInTree(
    repository,
    () => [tree],
    (path) => void shared.push(path),
  )
  const resolveId = plugin.resolveId as (id: string, importer: string, options: object) => Promise<{ id: string }>
  const context = { resolve: async (id: string) => ({ id }) }
  const load = (id: string) => resolveId.call(context, id, join(tree, 'index.ts'), {})
  expect(await load(join(repository, 'a.ts'))).toEqual({ id: join(tree, 'a.ts') })
  expect(await load(join(repository, 'new.ts?raw'))).toEqual({ id: join(repository, 'new.ts?raw') })
  for (const other of [
    join(tree, 'a.ts'),
    join(repository, 'node_modules/dependency/index.js'),
    'node:fs',
    '\0virtual',
  ]) {
    await load(other)
  }
  expect(shared).toEqual([join(repository, 'new.ts')])
})
