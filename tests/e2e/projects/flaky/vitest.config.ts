import { defineConfig } from 'vitest/config'
import { verdict } from '../../../../plugin/index.ts'

export default defineConfig({
  plugins: [verdict({ sessions: 3, time: 5, iterations: 5, profiling: false })],
})
