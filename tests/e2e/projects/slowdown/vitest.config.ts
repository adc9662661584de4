import { defineConfig } from 'vitest/config'
import { verdict } from '../../../../plugin/index.ts'

export default defineConfig({
  plugins: [verdict({ time: 50, iterations: 30, profiling: false, memoryTracking: false })],
})
