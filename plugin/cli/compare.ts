import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { renderCompareCsv } from '../../reporters/compare/compare-csv.ts'
import { renderCompareMarkdown } from '../../reporters/compare/compare-markdown.ts'
import { renderCompareText } from '../../reporters/compare/compare-text.ts'
import type { CompareAnswer } from '../compare/answer.ts'
import { answerExitCode, compareResults } from '../compare/compare.ts'
import { compareRuns } from '../compare/compare-runs.ts'
import { ImportError, type Imported } from '../compare/imported.ts'
import { formats, mergeResults, readResults } from '../compare/recognise.ts'
import type { Severity } from '../judge/report.ts'
import { resolveOptions } from '../options.ts'
import { InputError } from '../store/input-error.ts'
import type { Context } from './context.ts'

interface Given {
  paired?: boolean
  threshold?: number
  format: 'text' | 'markdown' | 'json' | 'csv'
  from?: string
  failOn: Severity
  strict?: boolean
}

/** Thresholds without a wish of the user's, per cent (VERDICT.md rule 5). */
const unpairedThreshold = 5
const pairedThreshold = 3

/** Registers `vitest-verdict compare OLD NEW`: a verdict on files that exist already, whoever wrote them. */
export function registerCompare(program: Command, context: Context): void {
  program
    .command('compare')
    .description('compare two files of benchmark results, ours or of other tools, without running anything')
    .argument('<old>', 'a file, or a folder with one file per process')
    .argument('<new>', 'likewise')
    .option('--paired', 'the n-th session of one side was measured in turns with the n-th of the other')
    .addOption(
      new Option(
        '--threshold <percent>',
        `smallest change that counts (default: ${unpairedThreshold}, or ${pairedThreshold} with --paired)`,
      ).argParser(positive),
    )
    .addOption(
      new Option('--format <format>', 'how to answer').choices(['text', 'markdown', 'json', 'csv']).default('text'),
    )
    .addOption(
      new Option('--from <format>', 'what wrote the files, when it is not recognised').choices(
        formats.map(({ name }) => name),
      ),
    )
    .addOption(
      new Option('--fail-on <severity>', 'lowest severity that exits with 1')
        .choices(['low', 'medium', 'high', 'critical'])
        .default('low'),
    )
    .option('--strict', 'exit with 2 when the verdict is inconclusive')
    .action(async (old: string, next: string, given: Given) => {
      const answer = await answerFor(resolve(context.cwd, old), resolve(context.cwd, next), given, context)
      context.print(render(answer, given).trimEnd())
      context.exit(answerExitCode(answer, { failOn: given.failOn, strict: given.strict === true }))
    })
}

async function answerFor(old: string, next: string, given: Given, context: Context): Promise<CompareAnswer> {
  const { severity } = resolveOptions({}, context.env)
  const threshold = thresholdOf(given)
  if (given.from === undefined && !given.paired) {
    const [first, second] = [await peek(old), await peek(next)]
    if (first !== null && second !== null) {
      const policy = { threshold, severity, failOn: given.failOn, strict: given.strict === true }
      const answer = naming(`${relative(context.cwd, old)} and ${relative(context.cwd, next)}`, () =>
        compareRuns(first, second, policy),
      )
      if (answer !== null) return answer
    }
  }
  const [before, after] = [await readSide(old, given.from, context), await readSide(next, given.from, context)]
  return compareResults(before, after, { threshold, severity, paired: given.paired === true })
}

function render(answer: CompareAnswer, given: Given): string {
  switch (given.format) {
    case 'json':
      return JSON.stringify(answer, null, 2)
    case 'csv':
      return renderCompareCsv(answer)
    case 'markdown':
      return renderCompareMarkdown(answer, thresholdOf(given))
    case 'text':
      return renderCompareText(answer, thresholdOf(given))
  }
}

function thresholdOf(given: Given): number {
  return given.threshold ?? (given.paired ? pairedThreshold : unpairedThreshold)
}

/** The content where it is one of our own files with a format; null for everything else. */
async function peek(path: string): Promise<unknown> {
  try {
    const text = await readFile(path, 'utf8')
    return text.slice(0, 1000).includes('vitest-verdict/') ? JSON.parse(text) : null
  } catch {
    return null
  }
}

async function readSide(path: string, from: string | undefined, context: Context): Promise<Imported> {
  const files = await filesOf(path, context)
  const all: Imported[] = []
  for (const file of files) {
    const text = await readText(file, context)
    all.push(naming(relative(context.cwd, file), () => readResults(text, from)))
  }
  return naming(relative(context.cwd, path), () => mergeResults(all))
}

async function filesOf(path: string, context: Context): Promise<string[]> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder) return [path]
  const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort()
  if (names.length === 0) throw new InputError(`Cannot read ${relative(context.cwd, path)}: the folder is empty`)
  return names.map((name) => join(path, name))
}

async function readText(path: string, context: Context): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'it is a folder, a file is needed' : message
    throw new InputError(`Cannot read ${relative(context.cwd, path)}: ${reason}`, { cause })
  }
}

function naming<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof ImportError) throw new InputError(`Cannot read ${name}: ${error.message}`, { cause: error })
    throw error
  }
}

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 1000)) throw new InvalidArgumentError('a number of per cent above 0 is needed')
  return value
}
