import { defineConfig } from 'vitest/config'
import { verdict } from '../../../../plugin/index.ts'

export default defineConfig({
  plugins: [verdict({ time: 20, iterations: 10, profiling: false, memoryTracking: false })],
})
