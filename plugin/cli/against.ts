import { realpathSync } from 'node:fs'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { renderCompareMarkdown } from '../../reporters/compare/compare-markdown.ts'
import { renderCompareText } from '../../reporters/compare/compare-text.ts'
import { combineExitCodes } from '../../reporters/exit-code.ts'
import { answerExitCode } from '../compare/compare.ts'
import { mostSessions, sessionTimeMs } from '../duet/duet-pace.ts'
import { endCleanly } from '../duet/end-cleanly.ts'
import { findBase } from '../duet/find-base.ts'
import { duetLooks } from '../duet/judge-duet.ts'
import { openBeside } from '../duet/open-beside.ts'
import type { Duet } from '../duet/open-duet.ts'
import { sharedWarning } from '../duet/resolve-in-tree.ts'
import { takeLooks } from '../duet/take-looks.ts'
import type { Severity } from '../judge/report.ts'
import { pairedThreshold } from '../options.ts'
import type { Context } from './context.ts'

interface Given {
  sessions?: number
  threshold?: number
  quick?: boolean
  testNamePattern?: string
  tagsFilter?: string[]
  project?: string[]
  config?: string
  time?: number
  isolate?: 'worker' | 'process'
  failOn?: Severity
  strict?: boolean
  format: 'text' | 'markdown' | 'json'
}

/** Registers `vitest-verdict against <ref>`: the working tree against another version, measured in turns. */
export function registerAgainst(program: Command, context: Context): void {
  program
    .command('against')
    .description('measure the working tree and another version in turns, and say which is slower')
    .argument('<ref>', 'branch, tag or commit to compare with')
    .argument('[filters...]', 'files, as for vitest')
    .addOption(new Option('--sessions <n>', `most sessions: ${duetLooks.join(', ')}`).argParser(oneOfLooks))
    .addOption(
      new Option('--threshold <percent>', `smallest change that counts (default: ${pairedThreshold.full})`).argParser(
        positive('per cent', 1000),
      ),
    )
    .option(
      '--quick',
      `only files whose modules changed, ${mostSessions(true)} sessions, threshold ${pairedThreshold.quick} %: for pre-commit hooks`,
    )
    .option('-t, --test-name-pattern <pattern>', 'only tests whose full name matches')
    .option('--tags-filter <expression...>', 'only tests with these tags, as for vitest')
    .option('--project <name...>', 'only these Vitest projects')
    .option('-c, --config <path>', 'configuration file of Vitest')
    .addOption(
      new Option(
        '--time <ms>',
        `time to measure, per version, benchmark and session (default: ${sessionTimeMs})`,
      ).argParser(positive('milliseconds', 600_000)),
    )
    .addOption(
      new Option(
        '--isolate <kind>',
        'what keeps the versions apart: one worker for both, or a process each (default: as is needed)',
      ).choices(['worker', 'process']),
    )
    .addOption(
      new Option('--fail-on <severity>', 'lowest severity that fails (default: low)').choices([
        'critical',
        'high',
        'medium',
        'low',
      ]),
    )
    .option('--strict', 'exit with 2 when a verdict is inconclusive')
    .addOption(new Option('--format <format>', 'how to answer').choices(['text', 'markdown', 'json']).default('text'))
    .action(async (ref: string, filters: string[], given: Given) => {
      context.exit(await endCleanly((onEnd) => measureAgainst(ref, filters, given, context, onEnd)))
    })
}

async function measureAgainst(
  ref: string,
  filters: readonly string[],
  given: Given,
  context: Context,
  onEnd: (undo: () => void) => void,
): Promise<number> {
  // Progress goes to standard error, so that standard output is the answer alone.
  const say = (text: string) => void process.stderr.write(`${text}\n`)
  const root = realpathSync(context.cwd)
  const base = await findBase(root, ref)
  const { env } = context
  const selection = { ...given, filters }
  const onlyChanged = given.quick === true
  const opening = { root, base, ref, selection, onlyChanged, isolate: given.isolate, env, say, onEnd }
  const { duet, count, problem } = await openBeside(opening)
  try {
    if (count === 0) {
      say(onlyChanged ? `No benchmark's modules changed since ${ref}.` : 'No benchmark files found.')
      if (onlyChanged && given.format !== 'json') return 0
    }
    if (problem !== null) say(`${problem.message}\nMeasuring the working tree alone.`)
    return await conclude(duet, problem !== null, given, context, say)
  } finally {
    await duet.close()
  }
}

async function conclude(
  duet: Duet,
  alone: boolean,
  given: Given,
  context: Context,
  say: (text: string) => void,
): Promise<number> {
  const threshold = given.threshold ?? pairedThreshold[given.quick ? 'quick' : 'full']
  const severity = duet.options?.severity ?? { medium: 10, high: 25, critical: 50 }
  const most = alone ? 1 : (given.sessions ?? mostSessions(given.quick === true))
  const policy = {
    threshold,
    ownThresholds: given.threshold === undefined && !given.quick,
    severity,
    meanCertifies: false,
    most,
  }
  const time = given.time ?? sessionTimeMs
  const { sessions, judgement } = await takeLooks(duet, {
    policy,
    time,
    onLook: ({ undecided, continueTo }, taken) =>
      say(`${taken} sessions: ${undecided.size} undecided, going on to ${continueTo}.`),
  })
  const { answer } = judgement
  const failures = distinct(sessions.flatMap((session) => session.failures))
  const baseFailures = distinct(
    sessions.flatMap((session) =>
      session.baseFailures.map(({ file, test, error }) => ({
        where: test === null ? file : `${file} > ${test}`,
        error,
      })),
    ),
  )
  for (const { where, error } of failures) say(`Failed: ${where}: ${error}`)
  for (const { where, error } of baseFailures) say(`Failed in the base: ${where}: ${error}`)
  for (const path of distinct(sessions.flatMap((session) => session.shared))) say(sharedWarning(path))
  const { figures, changed } = judgement.control
  if (figures > 0)
    say(`Control: of ${figures} figures, the base was called slower or faster than itself in ${changed}.`)
  const nothing =
    answer.benchmarks.length === 0 && failures.length === 0 && baseFailures.length === 0 && given.quick !== true
  if (nothing) say('Nothing was compared: no benchmark matches the filters, here or in the base.')
  const render = {
    text: renderCompareText,
    markdown: renderCompareMarkdown,
    json: () => JSON.stringify(answer, null, 2),
  }
  context.print(render[given.format](answer, threshold).trimEnd())
  const found = answerExitCode(answer, { failOn: given.failOn ?? 'low', strict: given.strict === true })
  const broken = alone || nothing || baseFailures.length > 0
  return combineExitCodes(combineExitCodes(found, failures.length > 0 ? 1 : 0), broken ? 3 : 0)
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()]
}

function oneOfLooks(text: string): number {
  const value = Number(text)
  if (duetLooks.includes(value)) return value
  throw new InvalidArgumentError(`verdicts are given after ${duetLooks.join(', ')} sessions: one of these is needed`)
}

function positive(unit: string, most: number) {
  return (text: string): number => {
    const value = Number(text)
    if (value > 0 && value <= most) return value
    throw new InvalidArgumentError(`a number of ${unit} above 0 is needed, at most ${most}`)
  }
}
