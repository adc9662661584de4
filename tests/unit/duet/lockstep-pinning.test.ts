import { describe, expect, test } from 'vitest'
import { lockstepPinning } from '../../../plugin/duet/lockstep-pinning.ts'

const status = (list: string) => `Name:\tnode\nCpus_allowed:\t3\nCpus_allowed_list:\t${list}\nMems_allowed:\t1\n`

describe('lockstepPinning()', () => {
  test.for([
    ['0-7', '7'],
    ['0-1,5', '5'],
    ['3', '3'],
  ] as const)('takes the last of the processors %s', ([list, processor]) => {
    const { prefix, text } = lockstepPinning(status(list), () => true)
    expect(prefix.slice(-3)).toEqual(['taskset', '-c', processor])
    expect(text).toContain(`processor ${processor}`)
  })

  test('fixes addresses only where that is allowed', () => {
    const without = lockstepPinning(status('0-1'), ([command]) => command === 'taskset')
    expect(without.prefix).toEqual(['taskset', '-c', '1'])
    expect(lockstepPinning(status('0-1'), () => true).prefix).toEqual(['setarch', '-R', ...without.prefix])
  })

  test('says that the spread is larger where processes cannot be pinned', () => {
    const nowhere = lockstepPinning(null, () => true)
    expect(lockstepPinning(status('0-1'), () => false)).toEqual(nowhere)
    expect(nowhere).toEqual({ prefix: [], text: expect.stringContaining('the spread is larger') })
  })
})
