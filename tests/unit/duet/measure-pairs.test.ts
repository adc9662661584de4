import { join } from 'node:path'
import { expect } from 'vitest'
import { measurePairs, type PairsOptions } from '../../../plugin/duet/measure-pairs.ts'
import { resolveOptions } from '../../../plugin/options.ts'
import { initRepository, write } from '../../support/run-against.ts'
import { testInFolder as test } from '../../support/temporary-folder.ts'

test('what a target shows cannot be confirmed by versions that measure the same one', async ({ folder }) => {
  await write(folder, { 'package.json': '{ "type": "module" }' })
  initRepository(folder)
  const confirm = (target: string) => {
    const options = resolveOptions({ target })
    const resolved =
      options.target?.kind === 'module' ? { ...options.target, path: join(folder, target) } : options.target
    const given: PairsOptions = {
      ...{ root: folder, config: undefined, env: {}, say: () => {} },
      ...{ ownFigures: false, confirming: true, install: false, mostMs: Number.POSITIVE_INFINITY },
      options: { ...options, target: resolved },
    }
    return measurePairs('HEAD', [], given)
  }
  const shared = /Both versions would measure the same target/
  await expect(confirm('http://127.0.0.1:9')).rejects.toThrow(shared)
  await expect(confirm('node_modules/gateway/index.js')).rejects.toThrow(shared)
  await expect(confirm('../elsewhere.js')).rejects.toThrow(shared)
  await expect(confirm('gateway.js')).resolves.toMatchObject({ problems: [] })
})
