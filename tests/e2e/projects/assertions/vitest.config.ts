import { defineConfig } from 'vitest/config'
import { verdict } from '../../../../plugin/index.ts'

export default defineConfig({
  plugins: [verdict({ sessions: 4, time: 50, iterations: 60, profiling: false, memoryTracking: false })],
})
