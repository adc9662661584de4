/** Everything about a run: measure, then regressions, bottlenecks, opportunities, pictures and the page. */
import { vitestVerdict } from './vitest-verdict.ts'

process.exitCode = (await vitestVerdict('bench')) || (await vitestVerdict('analyze', '--visualize'))
