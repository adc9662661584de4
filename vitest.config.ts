import { defineConfig } from 'vitest/config'
import { verdict } from './plugin/index.ts'

export default defineConfig({
  plugins: [verdict()],
  test: {
    include: ['tests/**/*.test.ts'],
    // Vitest leaves one processor free; on two that would halve the speed. Benchmark projects keep their single worker.
    maxWorkers: 2,
    // Files share their worker's modules, which halves the time; what a test starts or replaces it takes back itself.
    isolate: false,
    // A limit on hanging, not on speed: both processors may be busy with others.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // `tests/faults` has a configuration of its own: it takes minutes.
    exclude: ['tests/e2e/projects/**', 'tests/faults/**', 'node_modules/**'],
    // `bench/engine` has a configuration of its own.
    benchmark: { include: ['bench/*.bench.ts'] },
    coverage: { include: ['fixtures/**/*.ts'], reporter: ['text-summary', 'html'] },
  },
})
