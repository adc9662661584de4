import { defineConfig } from 'vitest/config'
import { verdict } from '../../plugin/index.ts'

/** One session, as a comparison takes minutes; files of its own, so that nobody accepts them as the suite's baseline. */
export default defineConfig({
  plugins: [verdict({ sessions: 1, profiling: false, outputDir: 'benchmark_results/engine' })],
  test: {
    benchmark: { include: ['bench/engine/*.bench.ts'] },
    tags: [{ name: 'engine', description: 'Compares the engine with others; takes minutes.' }],
  },
})
