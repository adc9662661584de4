import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const ours = fileURLToPath(new URL('../../../../plugin/measure/provider.ts', import.meta.url))

/** The same project for both providers: `PROVIDER=ours` chooses ours, `RESULTS` a folder within the project for its files. */
export default defineConfig({
  test: {
    benchmark: process.env.PROVIDER === 'ours' ? { provider: ours } : {},
    reporters: ['./events-reporter.ts'],
  },
})
