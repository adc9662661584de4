import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toBaseline } from '../../../plugin/judge/baseline.ts'
import { otherBaselines } from '../../../plugin/store/other-baselines.ts'
import { makeBenchmark, makeRun } from '../../support/make-run.ts'
import { testInFolder as test } from '../../support/temporary-folder.ts'

test('otherBaselines() names the other machine classes that have a baseline, whatever else lies there', async ({
  folder,
  expect,
}) => {
  const baseline = toBaseline(makeRun([makeBenchmark({ key: 'cache_warm', medianMs: 1 })]), {
    acceptedAt: '2026-11-27',
  })
  await mkdir(join(folder, 'folder.json'))
  await writeFile(join(folder, 'targets.json'), JSON.stringify({ version: 1, targets: [] }))
  await writeFile(join(folder, 'null.json'), 'null')
  await writeFile(join(folder, 'damaged.json'), '{"format": "vitest-verdict/base')
  for (const machineClass of ['second', 'first', 'mine']) {
    await writeFile(join(folder, `${machineClass}.json`), JSON.stringify({ ...baseline, machineClass }))
  }
  expect(await otherBaselines(join(folder, 'mine.json'))).toEqual(['first', 'second'])
  expect(await otherBaselines(join(folder, 'nowhere', 'mine.json'))).toEqual([])
})
