import { realpathSync } from 'node:fs'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { renderCompareMarkdown } from '../../reporters/compare/compare-markdown.ts'
import { renderCompareText } from '../../reporters/compare/compare-text.ts'
import { combineExitCodes } from '../../reporters/exit-code.ts'
import { answerExitCode } from '../compare/compare.ts'
import { checkoutBase } from '../duet/checkout-base.ts'
import { endCleanly } from '../duet/end-cleanly.ts'
import { findBase } from '../duet/find-base.ts'
import { type DuetJudgement, duetLooks, judgeDuet } from '../duet/judge-duet.ts'
import { openLockstepDuet } from '../duet/lockstep-duet.ts'
import { BrowserProject, type Duet, openDuet, type SessionResult, UnsuitableProject } from '../duet/open-duet.ts'
import { reasonForProcesses } from '../duet/reason-for-processes.ts'
import { checkoutsFolder } from '../duet/run-folder.ts'
import type { Severity } from '../judge/report.ts'
import { InputError } from '../store/input-error.ts'
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

/** VERDICT.md rule 5: interleaved. */
const defaultThreshold = 3
/** For pre-commit hooks: large changes, seen at the first look. */
const quick = { threshold: 10, sessions: 6, time: 75 }
/** Timed calls per version, benchmark and session, ms: more sessions show more than longer ones. */
const defaultTime = 100

/** Registers `vitest-verdict against <ref>`: the working tree against another version, measured in turns. */
export function registerAgainst(program: Command, context: Context): void {
  program
    .command('against')
    .description('measure the working tree and another version in turns, and say which is slower')
    .argument('<ref>', 'branch, tag or commit to compare with')
    .argument('[filters...]', 'files, as for vitest')
    .addOption(new Option('--sessions <n>', `most sessions: ${duetLooks.join(', ')}`).argParser(oneOfLooks))
    .addOption(
      new Option('--threshold <percent>', `smallest change that counts (default: ${defaultThreshold})`).argParser(
        positive('per cent', 1000),
      ),
    )
    .option(
      '--quick',
      `only files whose modules changed, ${quick.sessions} sessions, threshold ${quick.threshold} %: for pre-commit hooks`,
    )
    .option('-t, --test-name-pattern <pattern>', 'only tests whose full name matches')
    .option('--tags-filter <expression...>', 'only tests with these tags, as for vitest')
    .option('--project <name...>', 'only these Vitest projects')
    .option('-c, --config <path>', 'configuration file of Vitest')
    .addOption(
      new Option(
        '--time <ms>',
        `time to measure, per version, benchmark and session (default: ${defaultTime})`,
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
  const selection = { ...given, filters }
  const openProcesses = () =>
    openLockstepDuet(root, base.repository, selection, { env: context.env, onEnd }).catch((cause: unknown) => {
      throw new InputError(`Cannot measure in processes: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      })
    })
  let { duet, why } = await openSuitable(given.isolate, () => openDuet(root, base.repository, selection), openProcesses)
  try {
    const changedSince = given.quick ? base.commit : undefined
    const count = await duet.select(selection, changedSince)
    if (count === 0) {
      say(given.quick ? `No benchmark's modules changed since ${ref}.` : 'No benchmark files found.')
      if (given.quick && given.format !== 'json') return 0
    }
    let problem: string | null = null
    if (count > 0) {
      try {
        const { trees, dependencies } = await checkoutBase(base, checkoutsFolder(context.env), say, onEnd)
        const tree = trees.base
        const { repository } = base
        const configurationFiles = duet.configurationFiles()
        const reason =
          why === null ? await reasonForProcesses({ repository, tree, dependencies, configurationFiles }) : null
        if (reason !== null) {
          await duet.close()
          duet = await openProcesses()
          why = reason
          await duet.select(selection, changedSince)
        }
        duet.useTrees(trees)
        const because = why === null ? '' : `, because ${why}`
        say(
          `Measuring against ${ref} (${base.commit.slice(0, 9)}), ${duet.how}${because}, dependencies ${dependencies}.`,
        )
      } catch (error) {
        if (!(error instanceof InputError)) throw error
        problem = error.message
        say(`${error.message}\nMeasuring the working tree alone.`)
      }
    }
    return await conclude(duet, problem, given, context, say)
  } finally {
    await duet.close()
  }
}

/** Opens the project in one worker where it can be, else in processes: with the reason. */
async function openSuitable(
  wanted: Given['isolate'],
  openWorker: () => Promise<Duet>,
  openProcesses: () => Promise<Duet>,
): Promise<{ duet: Duet; why: string | null }> {
  if (wanted === 'process') return { duet: await openProcesses(), why: 'it was asked for' }
  try {
    return { duet: await openWorker(), why: wanted === 'worker' ? 'it was asked for' : null }
  } catch (error) {
    if (error instanceof UnsuitableProject && wanted === undefined) {
      return { duet: await openProcesses(), why: error.message }
    }
    if (!(error instanceof UnsuitableProject || error instanceof BrowserProject)) throw error
    throw new InputError(`Cannot measure two versions side by side: ${error.message}`, { cause: error })
  }
}

async function conclude(
  duet: Duet,
  problem: string | null,
  given: Given,
  context: Context,
  say: (text: string) => void,
): Promise<number> {
  const threshold = given.threshold ?? (given.quick ? quick.threshold : defaultThreshold)
  const severity = duet.options?.severity ?? { medium: 10, high: 25, critical: 50 }
  const most = problem !== null ? 1 : (given.sessions ?? (given.quick ? quick.sessions : duetLooks.at(-1)!))
  const policy = { threshold, ownThresholds: given.threshold === undefined && !given.quick, severity, most }
  const time = given.time ?? (given.quick ? quick.time : defaultTime)
  const sessions: SessionResult[] = []
  let judgement: DuetJudgement | undefined
  let target: number | null = Math.min(most, duetLooks[0]!)
  // Where nothing of the base could be measured, more sessions would show nothing more.
  let comparable = true
  while (target !== null && sessions.length < target && comparable) {
    const only = judgement?.undecided
    while (sessions.length < target && comparable) {
      const session = await duet.session(sessions.length + 1, time, only)
      sessions.push(session)
      comparable = hasPairs(session)
    }
    judgement = judgeDuet(sessions, duet.filesOnlyInBase(), policy)
    target = judgement.continueTo
    if (target !== null && comparable) {
      say(`${sessions.length} sessions: ${judgement.undecided.size} undecided, going on to ${target}.`)
    }
  }
  const { answer } = judgement ?? judgeDuet(sessions, [], policy)
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
  const render = {
    text: renderCompareText,
    markdown: renderCompareMarkdown,
    json: () => JSON.stringify(answer, null, 2),
  }
  context.print(render[given.format](answer, threshold).trimEnd())
  const found = answerExitCode(answer, { failOn: given.failOn ?? 'low', strict: given.strict === true })
  const broken = problem !== null || baseFailures.length > 0
  return combineExitCodes(combineExitCodes(found, failures.length > 0 ? 1 : 0), broken ? 3 : 0)
}

function hasPairs({ observations }: SessionResult): boolean {
  const figures = observations.flatMap(({ record }) => Object.values(record.figures))
  return figures.some(({ values }) => values.head !== undefined && values.base !== undefined)
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
