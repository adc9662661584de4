import { defineConfig } from 'vitest/config'
import { verdict } from './plugin/index.ts'

export default defineConfig({
  plugins: [verdict()],
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/e2e/projects/**', 'node_modules/**'],
    benchmark: { include: ['bench/**/*.bench.ts'] },
    coverage: { include: ['fixtures/**/*.ts'], reporter: ['text-summary', 'html'] },
  },
})
