import { join } from 'node:path'
import { expect } from 'vitest'
import { readEnvironment } from '../../../plugin/store/read-environment.ts'
import { git, initRepository, write } from '../../support/run-against.ts'
import { testInFolder as test } from '../../support/temporary-folder.ts'

test('readEnvironment() tells uncommitted changes of the code, not those of files that we write', async ({
  folder,
}) => {
  const project = join(folder, 'packages/a')
  await write(project, { 'code.js': 'export {}\n' })
  initRepository(folder)
  const read = () => readEnvironment(project, '5.1.1', ['results', 'baseline', '../elsewhere', folder])
  expect(read()).toMatchObject({ commit: git(folder, 'rev-parse', 'HEAD'), dirty: false })
  await write(project, { 'results/run.json': '{}', 'baseline/here.json': '{}' })
  expect(read().dirty).toBe(false)
  await write(folder, { 'packages/b/code.js': 'export {}\n' })
  expect(read().dirty).toBe(true)
  expect(readEnvironment(join(folder, '..'), '5.1.1')).toMatchObject({ commit: null, dirty: null })
})
