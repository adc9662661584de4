import { realpathSync } from 'node:fs'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { answerSchema } from '../../../plugin/compare/answer.ts'
import { withCollections } from '../../../plugin/duet/lane.ts'
import { initRepository, root, runAgainst, write } from '../../support/run-against.ts'
import { testInFolder } from '../../support/temporary-folder.ts'

/** Makes as much garbage in any version, which dies at once where little is kept, and has to be copied where much is. */
const benchFile = `
import { test } from 'vitest'
import { kept } from './kept.js'
const numbers = Array.from({ length: 200 }, (_, index) => index)
const ring = new Array(kept).fill(null)
let next = 0
test('keeps', async ({ bench }) => {
  await bench('keeps', () => {
    let sum = 0
    for (const number of numbers) sum += number
    ring[next++ % kept] = numbers.slice()
    return sum
  }).run()
})
`

testInFolder(
  'vitest-verdict against sees collections that got slower though the calls between them did not',
  { timeout: 120_000 },
  async ({ folder, expect }) => {
    const repository = join(realpathSync(folder), 'repository')
    await write(repository, {
      '.gitignore': 'node_modules',
      'package.json': '{ "type": "module" }',
      'vitest.config.js': `import { verdict } from '${join(root, 'plugin/index.ts')}'\nexport default { plugins: [verdict()] }`,
      'keeps.bench.js': benchFile,
      'kept.js': 'export const kept = 10',
    })
    initRepository(repository)
    await write(repository, { 'kept.js': 'export const kept = 3_000' })
    await symlink(join(root, 'node_modules'), join(repository, 'node_modules'))
    const { out } = await runAgainst(['main', '--sessions', '6', '--format', 'json'], {
      cwd: repository,
      cache: join(folder, 'cache'),
    })
    const { duration_quartile: quartile, [withCollections]: withGarbage } = answerSchema.parse(JSON.parse(out))
      .benchmarks[0]!.metrics
    // Whether a loaded machine allows a verdict after six sessions is not this test's question.
    expect(withGarbage?.ratio).toBeGreaterThan(1.2)
    expect(withGarbage?.ratio).toBeGreaterThan(quartile!.ratio! + 0.1)
  },
)
