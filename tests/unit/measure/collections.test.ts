import { describe, expect, test } from 'vitest'
import { watchCollections } from '../../../plugin/measure/collections.ts'
import { settleGarbage } from '../../../plugin/measure/settle-garbage.ts'

/** Allocates at least so many bytes, of which `keep` is held on to. */
function allocate(bytes: number, keep: unknown[] | null = null): void {
  for (let allocated = 0; allocated < bytes; ) {
    const array = new Array(1000).fill(allocated)
    allocated += 8 * array.length
    keep?.push(array)
  }
}

describe('watchCollections()', () => {
  test('tells how long collections of the young generation took, and how full it was', () => {
    settleGarbage('minor')
    const watch = watchCollections()!
    allocate(200e6)
    const { pausesNs, keptBytes, fullBytes } = watch.stop()
    expect(pausesNs.length).toBeGreaterThan(0)
    expect([keptBytes.length, fullBytes.length]).toEqual([pausesNs.length, pausesNs.length])
    for (const ns of pausesNs) expect(ns).toBeGreaterThan(0)
    for (const bytes of fullBytes) expect(bytes).toBeGreaterThan(100_000)
  })

  test('sees what outlives a collection', () => {
    const keptBy = (keep: unknown[] | null) => {
      settleGarbage('minor')
      const watch = watchCollections()!
      allocate(100e6, keep)
      return watch.stop().keptBytes.reduce((sum, bytes) => sum + bytes, 0)
    }
    const none = keptBy(null)
    expect(keptBy([])).toBeGreaterThan(none + 10e6)
  })

  test('tells of collections of the old generation apart', () => {
    const watch = watchCollections()!
    settleGarbage('major')
    const { pausesNs, oldNs } = watch.stop()
    expect(oldNs).toBeGreaterThan(0)
    expect(pausesNs).toEqual([])
  })
})
