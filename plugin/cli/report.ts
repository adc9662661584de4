import { spawn } from 'node:child_process'
import { join, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { renderCsv } from '../../reporters/csv.ts'
import { checkTargets } from '../judge/targets.ts'
import { readHistory } from '../store/history.ts'
import { InputError } from '../store/input-error.ts'
import { openHistory } from '../store/open-history.ts'
import { readTargets } from '../store/read-targets.ts'
import { writeWhole } from '../store/write-whole.ts'
import type { Context } from './context.ts'
import { type Judged, judgeStoredRun } from './judge-stored-run.ts'
import type { Located } from './locate-run.ts'
import { defaultHistory } from './trend.ts'

interface Given extends Located {
  history?: string
  format: string
  output?: string
  open?: boolean
}

const extensions: Record<string, string> = { html: 'html', csv: 'csv', json: 'json' }

/** Registers `vitest-verdict report`: a stored run as a page, a table or data. */
export function registerReport(program: Command, context: Context): void {
  program
    .command('report')
    .description('write a stored run as one HTML file, as CSV or as JSON')
    .option('--results-dir <path>', 'where the runs are')
    .option('--run <file>', 'a run file instead of the latest run')
    .option('--baseline <file>', 'what to compare with')
    .option('--history <place>', 'a folder, redis://… or s3://…')
    .option('--format <html|csv|json>', 'what to write', 'html')
    .option('--output <file>', 'where to; beside the run by default')
    .option('--open', 'open it when written')
    .action((given: Given) => report(given, context))
}

async function report(given: Given, context: Context): Promise<void> {
  const extension = extensions[given.format]
  if (extension === undefined)
    throw new InputError(`Unknown format "${given.format}": use ${Object.keys(extensions).join(', ')}`)
  const judged = await judgeStoredRun(given, context)
  const content = await render(given, judged, context)
  const path =
    given.output === undefined
      ? join(judged.folder, `benchmark_report_${judged.run.id}.${extension}`)
      : resolve(context.cwd, given.output)
  await writeWhole(path, content)
  context.print(`Written to ${relative(context.cwd, path)}`)
  if (given.open === true) openFile(path)
}

async function render(given: Given, { run, options, report, folder }: Judged, context: Context): Promise<string> {
  if (given.format === 'csv') return renderCsv(report)
  if (given.format === 'json') return `${JSON.stringify(report, null, 1)}\n`
  const store = await openHistory(given.history ?? defaultHistory(folder, context), context)
  const history = await readHistory(store).finally(() => store.close())
  const targets = await readTargets(context.cwd, options.targets)
  // Loaded now only: the chart library is the slowest part of the command, and few calls draw.
  const { htmlReport } = await import('../../reporters/html-report.ts')
  return htmlReport({ run, report, targets, results: checkTargets(report.benchmarks, targets), history })
}

/** Hands a file to the program that the system opens it with. */
function openFile(path: string): void {
  const commands: Partial<Record<NodeJS.Platform, [string, string[]]>> = {
    darwin: ['open', [path]],
    win32: ['explorer.exe', [path]],
  }
  const [command, args] = commands[process.platform] ?? ['xdg-open', [path]]
  const opener = spawn(command, args, { stdio: 'ignore', detached: true })
  opener.on('error', () => process.stderr.write(`vitest-verdict: nothing here opens ${path}: open it by hand\n`))
  opener.unref()
}
