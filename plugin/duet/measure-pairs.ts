import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { ResolvedOptions } from '../options.ts'
import type { Benchmark, Paired, PairedFigure, PairedWith } from '../run/run.ts'
import { InputError } from '../store/input-error.ts'
import { mostSessions, sessionTimeMs } from './duet-pace.ts'
import { endCleanly } from './end-cleanly.ts'
import { findBase } from './find-base.ts'
import type { Lane } from './lane.ts'
import { openBeside } from './open-beside.ts'
import type { Observation, SessionResult } from './open-duet.ts'
import { hasVersions, sharedWarning } from './resolve-in-tree.ts'
import { takeLooks } from './take-looks.ts'

export interface PairsOptions {
  /** Of the project, absolute. */
  root: string
  /** Configuration file of Vitest. */
  config: string | undefined
  options: Pick<ResolvedOptions, 'threshold' | 'severity' | 'profile' | 'target'>
  /** Whether benchmarks are asked for times of their own too. */
  ownFigures: boolean
  /** Whether a baseline's word is in question: of a target that both versions share, turns could tell nothing. */
  confirming: boolean
  /** Whether the base's dependencies may be installed, where they are not those of the working tree. */
  install: boolean
  /** Most milliseconds that sessions may take together; `Infinity` for no limit. */
  mostMs: number
  env: NodeJS.ProcessEnv
  say: (text: string) => void
}

/** What measuring in turns has shown of a run's benchmarks. */
export interface Pairs {
  with: PairedWith
  /** By the run's benchmarks; without those of which the base has nothing to show. */
  paired: Map<Benchmark, Paired>
  /** What went wrong in the working tree or in the base, a sentence each. */
  problems: string[]
}

/**
 * Measures benchmarks of a run in turns with their versions at another commit, as `vitest-verdict against` does.
 * @throws InputError when the commit is not there, or cannot be checked out or installed, or could tell nothing
 */
export function measurePairs(
  ref: string,
  benchmarks: readonly Benchmark[],
  { root: given, config, options, ownFigures, confirming, install, mostMs, env, say }: PairsOptions,
): Promise<Pairs> {
  return endCleanly(async (onEnd) => {
    const root = realpathSync(given)
    const base = await findBase(root, ref)
    if (confirming && isShared(options.target, base.repository)) {
      throw new InputError(
        'Both versions would measure the same target, so that turns cannot tell whether it got slower',
      )
    }
    const selection = { filters: filesOf(root, benchmarks), testNamePattern: namesOf(benchmarks), config, ownFigures }
    const { duet, problem } = await openBeside({ root, base, ref, selection, install, env, say, onEnd })
    try {
      if (problem !== null) throw problem
      const wanted = new Map(benchmarks.map((each) => [placeOf(each), each]))
      const only = (session: SessionResult) => {
        if (confirming && session.shared.length > 0) throw new InputError(sharedText(session.shared))
        return { ...session, observations: findable(session, wanted) }
      }
      const { threshold, severity, profile } = options
      const most = mostSessions(profile === 'quick')
      // The stored mean that may be in question sees all of a benchmark.
      const policy = { threshold, ownThresholds: true, severity, meanCertifies: true, most }
      const { sessions, outOfTime } = await takeLooks(duet, { policy, time: sessionTimeMs, mostMs, only })
      for (const path of new Set(sessions.flatMap(({ shared }) => shared))) say(sharedWarning(path))
      const seen = Map.groupBy(
        sessions.flatMap(({ observations }) => observations),
        placeOf,
      )
      const paired = new Map<Benchmark, Paired>()
      for (const [place, observations] of seen) {
        const figures = figuresOf(observations)
        if (Object.keys(figures).length > 0) paired.set(wanted.get(place)!, { ref, commit: base.commit, figures })
      }
      const problems = problemsOf(sessions)
      if (outOfTime) problems.push(outOfTimeText(mostMs, sessions.length))
      return { with: { ref, commit: base.commit }, paired, problems }
    } finally {
      await duet.close()
    }
  })
}

/** Whether a target is the same in every version of the repository. */
function isShared(target: ResolvedOptions['target'], repository: string): boolean {
  return target !== null && (target.kind === 'gateway' || !hasVersions(target.path, repository))
}

function sharedText(paths: readonly string[]): string {
  const [first, ...others] = paths
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return `Both versions would run the working tree's ${first}${more}, which the base has none of in git, so that turns cannot tell whether it got slower`
}

function outOfTimeText(mostMs: number, sessions: number): string {
  return `Measuring in turns was ended after ${sessions} sessions, as it would have taken more than ${Math.round(mostMs / 1000)} s: \`--confirm\` takes the time it needs`
}

function filesOf(root: string, benchmarks: readonly Benchmark[]): string[] {
  return [...new Set(benchmarks.map(({ file }) => join(root, file)))]
}

function namesOf(benchmarks: readonly Benchmark[]): string {
  const escaped = benchmarks.map(({ test }) => test.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return `^(?:${[...new Set(escaped)].join('|')})$`
}

function placeOf({ project, file, test, name }: Pick<Benchmark, 'project' | 'file' | 'test' | 'name'>): string {
  return [project, file, test, name].join('\0')
}

/** Those that are wanted; not such as share a test and a name, which nothing tells apart. */
function findable({ observations }: SessionResult, wanted: ReadonlyMap<string, Benchmark>): Observation[] {
  const places = Map.groupBy(observations, placeOf)
  return observations.filter((each) => wanted.has(placeOf(each)) && places.get(placeOf(each))!.length === 1)
}

/** Figures that both versions have, with a value per session. */
function figuresOf(observations: readonly Observation[]): Record<string, PairedFigure> {
  const last = observations.at(-1)!.record.figures
  const figures = Object.entries(last).flatMap(([name, { title, unit, direction, gate }]) => {
    const sessions = observations.flatMap(({ record }) => record.figures[name] ?? [])
    const complete = sessions.filter(({ values }) => values.head !== undefined && values.base !== undefined)
    if (complete.length === 0) return []
    const of = (lane: Lane) => complete.flatMap(({ values }) => values[lane] ?? [])
    const control = of('null')
    const figure: PairedFigure = { title, unit, direction, gate, base: of('base'), head: of('head') }
    return [[name, control.length === complete.length ? { ...figure, control } : figure] as const]
  })
  return Object.fromEntries(figures)
}

function problemsOf(sessions: readonly SessionResult[]): string[] {
  const problems = sessions.flatMap(({ failures, baseFailures }) => [
    ...failures.map(({ where, error }) => `Failed while it took turns: ${where}: ${error}`),
    ...baseFailures.map(
      ({ file, test, error }) => `Failed in the base: ${test ? `${file} > ${test}` : file}: ${error}`,
    ),
  ])
  return [...new Set(problems)]
}
