/** Every run leaves a line in the history; after a few, `trend` finds changes of level, drift and what comes next. */
import { measureUntil, vitestVerdict } from './vitest-verdict.ts'

await measureUntil(3)
process.exitCode = await vitestVerdict('trend')
