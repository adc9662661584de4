import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe } from 'vitest'
import { reasonForProcesses } from '../../../plugin/duet/reason-for-processes.ts'
import { testInFolder } from '../../support/temporary-folder.ts'

/** Two versions, made of what differs. */
const test = testInFolder.extend('reasonOf', async ({ folder }) => {
  let calls = 0
  return async (head: Record<string, string>, base: Record<string, string>, dependencies: 'linked' | 'installed') => {
    const [repository, tree] = [join(folder, `head ${++calls}`), join(folder, `base ${calls}`)]
    for (const [root, files] of [
      [repository, head],
      [tree, base],
    ] as const) {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(join(root, name)), { recursive: true })
        await writeFile(join(root, name), content)
      }
    }
    const configurationFiles = ['vitest.config.js', 'shared.js', 'node_modules/kit/config.js'].map((name) =>
      join(repository, name),
    )
    return reasonForProcesses({ repository, tree, dependencies, configurationFiles, globalSetups: [], target: null })
  }
})

const addon = (version: string, name = 'sqlite') => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ version }),
  [`node_modules/${name}/build/Release/it.node`]: '',
})

describe('reasonForProcesses()', () => {
  test('finds none where only the layout of the configuration differs', async ({ reasonOf, expect }) => {
    const config = { 'vitest.config.js': 'export default { test: {} }\n' }
    expect(await reasonOf(config, { 'vitest.config.js': 'export default {\n  test: {} }' }, 'linked')).toBeNull()
  })

  const alike = { repository: '/repo', tree: '/base', dependencies: 'linked', target: null } as const
  const versions = { ...alike, configurationFiles: [], globalSetups: [] }

  test('names a global setup of the repository, which may start what is measured', async ({ expect }) => {
    const setup = (path: string) => reasonForProcesses({ ...versions, globalSetups: [path] })
    expect(await setup('/repo/tests/start-server.ts')).toBe(
      'the global setup tests/start-server.ts has versions of its own',
    )
    expect(await setup('/repo/node_modules/kit/setup.js')).toBeNull()
  })

  test('names a target that is a module of the repository, as each version has its own', async ({ expect }) => {
    const target = (path: string) => ({ kind: 'module', path }) as const
    expect(await reasonForProcesses({ ...versions, target: target('/repo/src/system.ts') })).toBe(
      'the target src/system.ts has versions of its own',
    )
    expect(await reasonForProcesses({ ...versions, target: target('/elsewhere/system.ts') })).toBeNull()
    expect(await reasonForProcesses({ ...versions, target: target('/repo/node_modules/kit/system.js') })).toBeNull()
  })

  test('names a file of the configuration that differs or is missing', async ({ reasonOf, expect }) => {
    const same = { 'vitest.config.js': 'export default {}' }
    expect(await reasonOf({ ...same, 'shared.js': '1' }, { ...same, 'shared.js': '2' }, 'linked')).toBe(
      'shared.js differs',
    )
    expect(await reasonOf({}, { 'shared.js': '2' }, 'linked')).toBe('shared.js differs')
  })

  test('leaves out the code of the plugin itself, as the working tree’s measures all versions', async ({ expect }) => {
    const root = join(import.meta.dirname, '../../..')
    const differs = (file: string) =>
      reasonForProcesses({ ...versions, repository: root, tree: '/nowhere', configurationFiles: [join(root, file)] })
    expect(await differs('plugin/index.ts')).toBeNull()
    expect(await differs('reporters/terminal.ts')).toBeNull()
    expect(await differs('vitest.config.ts')).toBe('vitest.config.ts differs')
  })

  test('names a native addon whose version differs, unless only tools load it', async ({ reasonOf, expect }) => {
    expect(await reasonOf(addon('1.0.0'), addon('2.0.0'), 'installed')).toContain('sqlite, a native addon')
    const scoped = [addon('1.0.0', '@me/sqlite'), addon('2.0.0', '@me/sqlite')] as const
    expect(await reasonOf(...scoped, 'installed')).toContain('@me/sqlite')
    const tools = [addon('1.0.0', '@rolldown/binding'), addon('2.0.0', '@rolldown/binding')] as const
    expect(
      await reasonOf({ ...tools[0], ...addon('1.0.0') }, { ...tools[1], ...addon('1.0.0') }, 'installed'),
    ).toBeNull()
  })
})
