import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { verdict } from './plugin/index.ts'
import { LongestFirst } from './tests/support/longest-first.ts'

const testing = process.argv[2] === 'run'

// The many processes that tests start share what V8 made of the modules; those of benchmarks start as they would anywhere.
if (testing) {
  process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/node-compile')
}

export default defineConfig({
  plugins: [verdict()],
  test: {
    include: ['tests/**/*.test.ts'],
    // Vitest leaves one processor free; on two that would halve the speed. Benchmark projects keep their single worker.
    maxWorkers: 2,
    // Tests side by side start a Vitest each: more of them at once only wait for one another.
    maxConcurrency: 2,
    // Files share their worker's modules, which halves the time; what a test starts or replaces it takes back itself.
    isolate: false,
    // A limit on hanging, not on speed: both processors may be busy with others.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    // An order that was asked for on the command line goes before this one. Benchmarks do without: for a project with a sequencer
    // of its own, `against` needs processes.
    ...(testing &&
      !process.argv.some((argument) => argument.includes('shuffle')) && { sequence: { sequencer: LongestFirst } }),
    // `tests/faults` has a configuration of its own: it takes minutes.
    exclude: ['tests/e2e/projects/**', 'tests/faults/**', 'node_modules/**'],
    // `bench/engine` has a configuration of its own.
    benchmark: { include: ['bench/*.bench.ts'] },
    coverage: { include: ['fixtures/**/*.ts'], reporter: ['text-summary', 'html'] },
  },
})
