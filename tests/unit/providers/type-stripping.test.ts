import { expect, test, vi } from 'vitest'
import { typeStripping } from '../../../fixtures/type-stripping.ts'

test('typeStripping() gives flags for TypeScript alone, and only where Node does not strip types by itself', () => {
  expect(typeStripping('entry.js')).toEqual([])
  vi.stubGlobal('process', { features: { typescript: false } })
  const older = typeStripping('entry.ts')
  vi.stubGlobal('process', { features: { typescript: 'strip' } })
  const current = typeStripping('entry.ts')
  vi.unstubAllGlobals()
  expect(older).toContain('--experimental-strip-types')
  expect(current).toEqual([])
})
