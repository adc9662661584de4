import { basename } from 'node:path'
import { type Baseline, baselineFormat, baselineSchema, baselineVersion } from '../judge/baseline.ts'
import { baselineFromSummaries, summariesSchema } from '../judge/baseline-from-summaries.ts'
import { checkContent, checkVersion, readJson } from './read-json.ts'

/**
 * Reads a baseline: our own file, or a `benchmark_summaries_*.json`.
 * @throws InputError when it is missing, damaged, foreign or of an unknown version.
 */
export async function readBaseline(path: string): Promise<Baseline> {
  const content = await readJson(path)
  checkVersion(path, content, baselineFormat, baselineVersion)
  if (summariesSchema.safeParse(content).success && !isOurFormat(content)) {
    const summaries = checkContent(path, content, summariesSchema, 'summaries file')
    return baselineFromSummaries(summaries, basename(path, '.json').replace(/^benchmark_summaries_/, ''))
  }
  return checkContent(path, content, baselineSchema, 'vitest-verdict baseline or summaries file')
}

function isOurFormat(content: unknown): boolean {
  return typeof content === 'object' && content !== null && 'format' in content
}
