/** A quick look before a commit: few sessions, short budgets, only what is tagged `quick`. See also hooks/pre-commit. */
import { vitestVerdict } from './vitest-verdict.ts'

process.exitCode = await vitestVerdict('bench', '--quick', '--tagsFilter=quick')
