import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'vitest'

/** `test` with an empty folder of its own, removed afterwards. */
export const testInFolder = test.extend<{ folder: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the fixture's needs off this pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'verdict-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },
})
