import { defineConfig } from 'vitest/config'

/** Injects faults into the reference orchestrator and has the suite find them: minutes, so apart from `npm test`. */
export default defineConfig({
  test: {
    include: ['tests/faults/*.test.ts'],
    // A limit on hanging, not on speed: the machine may be busy with others.
    testTimeout: 900_000,
  },
})
