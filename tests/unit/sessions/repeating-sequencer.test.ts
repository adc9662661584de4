import { expect, test } from 'vitest'
import type { TestSequencer, TestSpecification, Vitest } from 'vitest/node'
import { repeatingSequencer } from '../../../plugin/sessions/repeating-sequencer.ts'

const spec = (moduleId: string) => ({ moduleId }) as TestSpecification

class ByName implements TestSequencer {
  async sort(specs: TestSpecification[]) {
    return specs.toSorted((a, b) => a.moduleId.localeCompare(b.moduleId))
  }
  async shard(specs: TestSpecification[]) {
    return specs.slice(0, 1)
  }
}

const [a, b, unit] = [spec('a.bench.ts'), spec('b.bench.ts'), spec('c.test.ts')]
const Sequencer = repeatingSequencer(ByName, ({ moduleId }) => (moduleId.includes('bench') ? 3 : 1))
const sequencer = new Sequencer({} as Vitest)
const names = (specs: TestSpecification[]) => specs.map(({ moduleId }) => moduleId)

test('repeatingSequencer() runs one session of every benchmark file after another and ordinary tests once', async () => {
  expect(names(await sequencer.sort([b, a, unit]))).toEqual([
    'a.bench.ts',
    'b.bench.ts',
    'c.test.ts',
    'a.bench.ts',
    'b.bench.ts',
    'a.bench.ts',
    'b.bench.ts',
  ])
})

test('repeatingSequencer() does not multiply what it has repeated already', async () => {
  const once = await sequencer.sort([a, b])
  expect(await sequencer.sort(once)).toEqual(once)
})

test('repeatingSequencer() shards files, not sessions', async () => {
  expect(await sequencer.shard([a, a, b, b])).toEqual([a])
})

test('repeatingSequencer() gives an empty run nothing to do', async () => {
  expect(await sequencer.sort([])).toEqual([])
})
