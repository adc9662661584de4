import { defineConfig } from 'vitest/config'
// In a project of your own: import { verdict } from 'vitest-verdict'
import { verdict } from '../../plugin/index.ts'

export default defineConfig({
  plugins: [verdict({ threshold: 5, failOn: 'critical' })],
  test: { benchmark: { include: ['*.bench.ts'] } },
})
