import { defineConfig } from 'vitest/config'

/** The tests that judge the mutants of `npm run mutation`: those of the mutated folders, without processes and servers. */
export default defineConfig({
  test: {
    include: [
      'tests/unit/orchestrator/{cache,cost,selection,workflows,orchestrator,conversation}.test.ts',
      'tests/property/orchestrator/{cache,cost,selection,concurrency}.test.ts',
    ],
    testTimeout: 30_000,
  },
})
