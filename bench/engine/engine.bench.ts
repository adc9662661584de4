import { test } from 'vitest'
import { sections } from './sections.ts'

/**
 * How well the engine itself measures, beside the built-in provider, autocannon and queueing theory. Not part of the suite, since
 * it tells nothing about an orchestrator and takes minutes: `vitest bench --run --config bench/engine/vitest.config.ts`.
 */
for (const [name, compare] of Object.entries(sections)) {
  test(name, { tags: ['engine'], timeout: 600_000 }, async ({ bench }) => {
    await compare(async ({ key, title, figures, details, subject }) => {
      const options = { category: 'engine', title, metadata: { details }, metrics: () => figures }
      await bench(key, { ...options, ...subject.options }, subject.fn).run()
    })
  })
}
