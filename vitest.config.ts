import { defineConfig } from 'vitest/config'
import { verdict } from './plugin/index.ts'

export default defineConfig({
  plugins: [verdict()],
  test: {
    include: ['tests/**/*.test.ts'],
    // Vitest leaves one processor free; on two that would halve the speed. Benchmark projects keep their single worker.
    maxWorkers: 2,
    exclude: ['tests/e2e/projects/**', 'node_modules/**'],
    benchmark: { include: ['bench/**/*.bench.ts'] },
    coverage: { include: ['fixtures/**/*.ts'], reporter: ['text-summary', 'html'] },
  },
})
