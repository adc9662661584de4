import { expect, test } from 'vitest'
import { adviseOnBaseline } from '../../../reporters/baseline-advice.ts'

test('adviseOnBaseline() tells a machine class without a baseline from one that was never measured', () => {
  expect(adviseOnBaseline('linux-x64-2cpu-node24', [], null)).toEqual([])
  expect(adviseOnBaseline('runner', ['linux-x64-2cpu-node24'], null)).toEqual([
    'There is a baseline for linux-x64-2cpu-node24, but this machine is of the class runner, and times of different machines are not compared.',
  ])
})

test('adviseOnBaseline() says in CI that the runner would lose an accepted baseline', () => {
  expect(adviseOnBaseline('runner', [], 'github').join('\n')).toContain('docs/ci.md')
})
