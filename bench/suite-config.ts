import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { streamClasses, taskClasses } from '../fixtures/workload.ts'
import { verdictPlugin } from '../plugin/verdict-plugin.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const models = [...Object.values(taskClasses), ...Object.values(streamClasses)].map(({ modelId }) => modelId)

/** Runs the suite from wherever it is installed, with the folder it was called in as root: that is where its files go. */
export default defineConfig({
  plugins: [verdictPlugin({ targets: here('../baseline/targets.json') }, [...new Set(models)])],
  // What Vitest notes for itself does not belong into a folder that was empty.
  cacheDir: join(tmpdir(), 'vitest-verdict-suite'),
  test: {
    fsModuleCache: false,
    include: [],
    benchmark: {
      include: [here(`./**/*.bench.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`)],
      // By default nothing below node_modules is run, and there the suite is when it is installed.
      exclude: [],
    },
    // As in a project of one's own: through Vitest, where modules below node_modules would go past it.
    server: { deps: { inline: [/vitest-verdict[\\/]dist[\\/](?:bench|fixtures)[\\/]/] } },
  },
})
