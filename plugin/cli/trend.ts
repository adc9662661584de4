import { resolve } from 'node:path'
import type { Command } from 'commander'
import { colourPalette, plainPalette } from '../../reporters/palette.ts'
import { renderTrends } from '../../reporters/trend.ts'
import { limitOfTarget } from '../analyse/limit-of-target.ts'
import { collectSeries } from '../analyse/series.ts'
import { analyseTrend, type Trend } from '../analyse/trend.ts'
import { matchesKey } from '../judge/targets.ts'
import { resolveOptions } from '../options.ts'
import { readHistory } from '../store/history.ts'
import type { HistoryEntry } from '../store/history-entry.ts'
import { InputError } from '../store/input-error.ts'
import { openHistory } from '../store/open-history.ts'
import { readTargets } from '../store/read-targets.ts'
import type { Context } from './context.ts'

interface Given {
  history?: string
  resultsDir?: string
  metric: string
  machineClass?: string
  format: string
}

/** Registers `vitest-verdict trend`: how the stored runs developed. */
export function registerTrend(program: Command, context: Context): void {
  program
    .command('trend')
    .description('what the stored runs say: changes of level, disturbed runs, slow drift, what may come')
    .argument('[benchmarks...]', 'keys, `*` for any text; all when none is given')
    .option('--history <place>', 'a folder, redis://… or s3://…; the folder history in the results by default')
    .option('--results-dir <path>', 'where the runs are')
    .option('--metric <name>', 'the metric to study', 'duration_median')
    .option('--machine-class <name>', "runs of these machines only; the newest run's when absent")
    .option('--format <text|json>', 'how to print', 'text')
    .action((patterns: string[], given: Given) => trend(patterns, given, context))
}

async function trend(patterns: readonly string[], given: Given, context: Context): Promise<void> {
  if (given.format !== 'text' && given.format !== 'json') {
    throw new InputError(`Unknown format "${given.format}": use text or json`)
  }
  const location = given.history ?? defaultHistory(given.resultsDir, context)
  const store = await openHistory(location, context)
  const { entries, skipped } = await readHistory(store).finally(() => store.close())
  const alike = chooseRuns(entries, given.machineClass, store.place)
  const all = collectSeries(entries, given.metric, alike)
  const series =
    patterns.length === 0 ? all : all.filter(({ key }) => patterns.some((pattern) => matchesKey(pattern, key)))
  if (series.length === 0) throw new InputError(whyNothing(entries, given.metric, patterns))
  const targets = await readTargets(context.cwd, resolveOptions({}, context.env).targets)
  const trends = series.map((each): Trend => analyseTrend(each, limitOfTarget(targets, each.key, each.metric)))
  if (given.format === 'json') {
    context.print(JSON.stringify({ ...alike, metric: given.metric, trends, skipped }, null, 1))
    return
  }
  const runs = entries.filter((entry) => entry.machineClass === alike.machineClass && entry.profile === alike.profile)
  const metricTitle = series[0]!.title
  context.print(
    renderTrends(
      { metricTitle, machineClass: alike.machineClass, runs: runs.length, trends, skipped },
      process.stdout.isTTY && context.env.NO_COLOR === undefined ? colourPalette : plainPalette,
    ),
  )
}

/** Where history is kept unless told otherwise. */
export function defaultHistory(resultsDir: string | undefined, { env, cwd }: Pick<Context, 'env' | 'cwd'>): string {
  return env.VITEST_VERDICT_HISTORY || resolve(cwd, resultsDir ?? resolveOptions({}, env).outputDir, 'history')
}

function chooseRuns(
  entries: readonly HistoryEntry[],
  machineClass: string | undefined,
  place: string,
): { machineClass: string; profile: string } {
  const newest = entries.findLast((entry) => machineClass === undefined || entry.machineClass === machineClass)
  if (newest !== undefined) return { machineClass: newest.machineClass, profile: newest.profile }
  if (entries.length === 0)
    throw new InputError(`No history in ${place}: run "npx vitest bench" first or give --history`)
  const known = [...new Set(entries.map((entry) => entry.machineClass))]
  throw new InputError(`No run of machine class "${machineClass}" in ${place}. It has: ${known.join(', ')}`)
}

function whyNothing(entries: readonly HistoryEntry[], metric: string, patterns: readonly string[]): string {
  const benchmarks = entries.at(-1)?.benchmarks ?? []
  const metrics = new Set(benchmarks.flatMap((benchmark) => benchmark.metrics.map(({ name }) => name)))
  return metrics.has(metric)
    ? `No stored benchmark matches ${patterns.join(', ')}. There are: ${benchmarks.map(({ key }) => key).join(', ')}`
    : `No stored benchmark has the metric "${metric}". There are: ${[...metrics].join(', ')}`
}
