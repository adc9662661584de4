import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { analyse } from '../plugin/analyse/analyse.ts'
import type { Report } from '../plugin/judge/report.ts'
import type { TargetResult } from '../plugin/judge/targets.ts'
import type { Run } from '../plugin/run/run.ts'
import { writeWhole } from '../plugin/store/write-whole.ts'
import { renderMarkdown } from './markdown.ts'
import { recommendationSentences } from './recommendation-sentences.ts'
import { toResults } from './results.ts'
import { toSummaries } from './summaries.ts'

export interface Outputs {
  run: Run
  report: Report
  targets: readonly TargetResult[]
  /** Draws the page of the run with what is known of earlier ones; gets the run under the name that its files carry, null without. */
  page: (run: Run) => Promise<string | null>
}

/**
 * Writes the files of one run into a folder; a second run within the same second gets a number.
 * @returns the names of the files
 * @throws InputError when one cannot be written
 */
export async function writeOutputs(
  folder: string,
  { run: measured, report, targets, page }: Outputs,
): Promise<string[]> {
  const run = { ...measured, id: freeId(folder, measured.id) }
  const files: Record<string, string> = {
    [`benchmark_results_${run.id}.json`]: json(toResults(run)),
    [`benchmark_summaries_${run.id}.json`]: json(toSummaries(run, report)),
    [`benchmark_report_${run.id}.md`]: renderMarkdown({
      run,
      report,
      targets,
      recommendations: recommendationSentences(analyse(run, report)),
    }),
    [`run_${run.id}.json`]: json(run),
  }
  for (const [name, content] of Object.entries(files)) await writeWhole(join(folder, name), content)
  // Last, so that whatever goes wrong with the page costs no figure.
  const html = await page(run)
  if (html === null) return Object.keys(files)
  const name = `benchmark_report_${run.id}.html`
  await writeWhole(join(folder, name), html)
  return [...Object.keys(files), name]
}

function freeId(folder: string, id: string): string {
  const taken = (candidate: string) => existsSync(join(folder, `run_${candidate}.json`))
  if (!taken(id)) return id
  let number = 2
  while (taken(`${id}_${number}`)) number += 1
  return `${id}_${number}`
}

function json(content: unknown): string {
  return `${JSON.stringify(content, null, 1)}\n`
}
