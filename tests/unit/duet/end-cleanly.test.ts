import { describe, expect, test } from 'vitest'
import { endCleanly } from '../../../plugin/duet/end-cleanly.ts'

describe('endCleanly()', () => {
  test('undoes what was begun, the latest first, after success and after an error', async () => {
    const undone: string[] = []
    const begin = async (onEnd: (undo: () => void) => void) => {
      onEnd(() => undone.push('first'))
      onEnd(() => undone.push('second'))
      return 'done'
    }
    expect(await endCleanly(begin)).toBe('done')
    expect(undone).toEqual(['second', 'first'])
    await expect(
      endCleanly(async (onEnd) => {
        await begin(onEnd)
        throw new Error('broken')
      }),
    ).rejects.toThrow('broken')
    expect(undone).toEqual(['second', 'first', 'second', 'first'])
  })

  test.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 143],
  ] as const)('undoes it on %s, once, and leaves no listener behind', async ([signal, expected]) => {
    const before = process.listenerCount(signal)
    const seen: unknown[] = []
    await endCleanly(
      async (onEnd) => {
        onEnd(() => seen.push('undone'))
        process.emit(signal)
      },
      (code) => seen.push(code),
    )
    expect(seen).toEqual(['undone', expected])
    expect(process.listenerCount(signal)).toBe(before)
  })
})
