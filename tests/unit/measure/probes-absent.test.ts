import { syncBuiltinESMExports } from 'node:module'
import v8 from 'node:v8'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fakeTest, measure } from './fake-group.ts'

const { GCProfiler } = v8

function provide(profiler: typeof GCProfiler | undefined): void {
  Object.assign(v8, { GCProfiler: profiler })
  syncBuiltinESMExports()
}

beforeEach(() => provide(undefined))
afterEach(() => provide(GCProfiler))

test.for([undefined, { requests: 20 }])(
  'where the engine tells nothing of its collections, the figures that need them are absent, not 0 (load: %j)',
  async (load) => {
    const fake = fakeTest()
    await measure([['a', () => [1], { memoryTracking: true, ...(load && { load }) }]], { test: fake })
    const { metrics, probes } = fake.meta.verdict![0]!
    expect(probes.memory!.heapPeakBytes).toBeGreaterThan(0)
    expect(probes).not.toHaveProperty('gc')
    expect(probes.memory).not.toHaveProperty('bytesPerOperation')
    expect(metrics).not.toHaveProperty('memory_per_operation')
  },
)
