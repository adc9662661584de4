import { join, relative } from 'node:path'
import type { Command } from 'commander'
import { renderAnalysis } from '../../reporters/analysis.ts'
import { combineExitCodes, exitCodeOfTargets } from '../../reporters/exit-code.ts'
import { plainText } from '../../reporters/plain-text.ts'
import { listRegressions, regressionBlock } from '../../reporters/regression-block.ts'
import { targetLines } from '../../reporters/target-lines.ts'
import { verdictSentence } from '../../reporters/verdict-words.ts'
import { analyse } from '../analyse/analyse.ts'
import type { Analysis } from '../analyse/analysis.ts'
import type { Report } from '../judge/report.ts'
import { checkTargets, type TargetResult } from '../judge/targets.ts'
import { readTargets } from '../store/read-targets.ts'
import { writeWhole } from '../store/write-whole.ts'
import type { Context } from './context.ts'
import { judgeStoredRun } from './judge-stored-run.ts'
import type { Located } from './locate-run.ts'

interface Given extends Located {
  threshold?: string
  visualize?: boolean
}

/** Registers `vitest-verdict analyze`: what a stored run says, without measuring anything. */
export function registerAnalyze(program: Command, context: Context): void {
  program
    .command('analyze')
    .description('regressions, bottlenecks, opportunities and advice for a stored run')
    .option('--results-dir <path>', 'where the runs are')
    .option('--run <file>', 'a run file instead of the latest run')
    .option('--baseline <file>', 'what to compare with: a baseline or a benchmark_summaries file')
    .option('--threshold <percent>', 'smaller changes are no regression')
    .option('--visualize', 'draw the pictures too')
    .action((given: Given) => analyze(given, context))
}

async function analyze(given: Given, context: Context): Promise<void> {
  const { run, options, report, folder } = await judgeStoredRun(given, context)
  const targets = checkTargets(report.benchmarks, await readTargets(context.cwd, options.targets))
  const analysis = analyse(run, report)
  const files: Record<string, string | Uint8Array> = {
    [`analysis_report_${run.id}.md`]: renderAnalysis(analysis, report),
  }
  if (given.visualize === true) {
    // Loaded now only: the chart library is the slowest part of the command, and few calls draw.
    const { pictureFiles } = await import('../../reporters/picture-files.ts')
    for (const [name, content] of Object.entries(pictureFiles(run, report)))
      files[join('visualizations', name)] = content
  }
  for (const [name, content] of Object.entries(files)) await writeWhole(join(folder, name), content)
  const place = relative(context.cwd, folder) || '.'
  context.print(summarise(analysis, report, targets))
  context.print(`Written to ${place}/: ${Object.keys(files).join(', ')}`)
  context.exit(combineExitCodes(report.exitCode, exitCodeOfTargets(targets, options.failOnTarget)))
}

const shown = 3

/** The worst of each kind, the answer last. */
function summarise(
  { bottlenecks, opportunities, recommendations }: Analysis,
  report: Report,
  targets: readonly TargetResult[],
): string {
  const regressions = listRegressions(report.benchmarks).map((regression) =>
    [...regressionBlock(regression), ...(regression.metric.gate ? [] : ['Has no say in the verdict'])]
      .map((line) => plainText(line))
      .join('\n  '),
  )
  const slow = bottlenecks.map(({ key, impact, recommendation }) =>
    plainText(`${impact.toUpperCase()}: ${key}: ${recommendation}`, 300),
  )
  const gains = opportunities.map(({ key, priority, opportunity, potential }) =>
    plainText(`${priority.toUpperCase()} priority: ${key}: ${opportunity}. ${potential}`, 300),
  )
  const areas = recommendations.map(({ title, key, advice }) =>
    plainText(`${title} (${key}): ${advice[0]?.text ?? 'over its limit'}`, 300),
  )
  return [
    ...list('Regressions', regressions),
    ...list('Bottlenecks', slow),
    ...list('Opportunities', gains),
    ...list('Recommendations', areas),
    ...targetLines(targets),
    plainText(verdictSentence(report), 500),
  ].join('\n')
}

function list(title: string, entries: readonly string[]): string[] {
  if (entries.length === 0) return []
  const rest = entries.length - shown
  const more = rest > 0 ? [`  … and ${rest} more in the report`] : []
  return [`${title} (${entries.length})`, ...entries.slice(0, shown).map((entry) => `  ${entry}`), ...more, '']
}
