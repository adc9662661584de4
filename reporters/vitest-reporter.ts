import { relative, resolve, sep } from 'node:path'
import type { RunnerTaskResult, SerializedError } from 'vitest'
import type {
  Reporter,
  TestCase,
  TestModule,
  TestProject,
  TestRunEndReason,
  TestSpecification,
  Vitest,
} from 'vitest/node'
import type { ResolvedOptions } from '../plugin/options.ts'
import type { Environment } from '../plugin/run/environment.ts'
import { projectName } from '../plugin/run/project-name.ts'
import type { Benchmark, Session } from '../plugin/run/run.ts'
import { createRunBuilder, type RunBuilder } from '../plugin/run/run-builder.ts'
import { findUnmatched } from '../plugin/sessions/find-unmatched.ts'
import { lastSessionOnly } from '../plugin/sessions/last-session-only.ts'
import { measureAgain, type Suspect } from '../plugin/sessions/measure-again.ts'
import { createSessionCounter, type SessionCounter } from '../plugin/sessions/session-counter.ts'
import { readEnvironment } from '../plugin/store/read-environment.ts'
import type { FinishedRun, Remeasured } from './finished-run.ts'
import { type FollowedRun, followRun } from './follow-run.ts'
import { sayProgress } from './progress-line.ts'
import { countProgress, type ProgressCounter } from './run-progress.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** Where the measurements in `verdict` were made; travels in blobs. */
    verdictEnvironment?: Environment
  }
}

/** Collects what the sessions of a run measured and hands it on when the run ends. */
export class VerdictReporter implements Reporter {
  readonly #options: ResolvedOptions
  readonly #conclude: (finished: FinishedRun) => void | Promise<void>
  readonly #projects = new Set<TestProject>()
  readonly #counter: SessionCounter
  #vitest: Vitest | undefined
  #builder: RunBuilder = createRunBuilder()
  #startedAt = new Date()
  #runs = 0
  #measured = false
  /** Files that no session is spent on; undefined while that is being found out. */
  #unmatched: ReadonlySet<string> | undefined = new Set()
  /** All sessions of each test, kept only for a blob. */
  #forBlob: Map<string, Session[]> | undefined
  #environment: Environment | undefined
  #followed: FollowedRun | undefined
  #progress: ProgressCounter | undefined
  #say: ReturnType<typeof sayProgress> | undefined
  /** First failure of each test, by id: a later success must not hide it. */
  readonly #failed = new Map<string, RunnerTaskResult>()

  /** @param conclude what is done with everything that a run measured */
  constructor(options: ResolvedOptions, conclude: (finished: FinishedRun) => void | Promise<void>) {
    this.#options = options
    this.#conclude = conclude
    this.#counter = createSessionCounter((module) => this.sessionsOf(module))
  }

  /** Counts a project among those measured by our provider. */
  measures(project: TestProject): void {
    this.#projects.add(project)
  }

  /**
   * How many fresh processes a file gets: one where it holds ordinary tests, for reruns in watch mode and for merged blobs; none
   * where a filter leaves nothing in it.
   */
  sessionsOf(file: FileOfProject): number {
    if (this.#unmatched?.has(identify(file))) return 0
    return this.#once(file.project) || this.#unmatched === undefined ? 1 : this.#options.sessions
  }

  #once(project: TestProject): boolean {
    return !this.#projects.has(project) || this.#runs > 1 || Boolean(this.#vitest?.config.mergeReports)
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
    hearFirst(vitest, this, this.#counter)
    const blob = vitest.config.reporters.some((reporter) => Array.isArray(reporter) && reporter[0] === 'blob')
    if (blob) this.#forBlob = new Map()
  }

  async onTestRunStart(specifications: readonly TestSpecification[]): Promise<void> {
    this.#runs += 1
    this.#startedAt = new Date()
    this.#builder = createRunBuilder()
    this.#counter.reset()
    this.#failed.clear()
    this.#forBlob?.clear()
    this.#measured = false
    this.#environment = undefined
    if (this.#vitest) await this.#leaveOut(this.#vitest, specifications)
    await this.#follow(specifications)
  }

  async #leaveOut(vitest: Vitest, specifications: readonly TestSpecification[]): Promise<void> {
    const repeated = specifications.filter(({ project, testNames }) => !this.#once(project) && !testNames)
    this.#unmatched = undefined
    this.#unmatched = new Set((await findUnmatched(vitest, repeated)).map(identify))
    // A filter that matches nothing is ours to complain about, though no file will be queued.
    if (this.#unmatched.size > 0) this.#measured = true
  }

  onTestModuleQueued(module: TestModule): void {
    this.#counter.queued(module)
    if (!this.#projects.has(module.project)) return
    this.#measured = true
    this.#progress?.started(this.#fileOf(module))
    if (this.#progress) this.#say?.(this.#progress.state)
    this.#showProgress()
  }

  onTestModuleEnd(module: TestModule): void {
    if (!this.#projects.has(module.project)) return
    this.#progress?.ended()
    this.#showProgress()
    this.#failModule(module)
    for (const error of module.errors()) {
      this.#builder.fail({ key: this.#fileOf(module), session: this.#counter.current(module), error: error.message })
    }
  }

  onTestCaseResult(test: TestCase): void {
    if (!this.#projects.has(test.project)) return
    const session = this.#counter.current(test.module)
    this.#rememberFailure(test, session)
    const meta = test.meta()
    this.#environment ??= meta.verdictEnvironment
    const measurements = meta.verdict ?? []
    this.#progress?.measured(measurements)
    const { file, project, name } = { file: this.#fileOf(test.module), project: test.project.name, name: test.fullName }
    const tags = test.options.tags ?? []
    const result = test.result()
    if (result.state === 'skipped' && result.note) this.#builder.skip({ key: `${file} > ${name}`, reason: result.note })
    this.#builder.add({ file, project: projectName(project), test: name, tags, measurements }, session)
    this.#passOn(test, session)
  }

  async onTestRunEnd(_modules: unknown, errors: readonly SerializedError[], reason: TestRunEndReason): Promise<void> {
    const vitest = this.#vitest
    if (vitest === undefined || !this.#measured) return
    // A crashed worker or a rejection that nobody handled: sessions may be missing, and no test tells of it.
    for (const { message } of errors) this.#builder.fail({ key: 'the run', session: 0, error: message })
    const followed = this.#followed
    this.#followed = undefined
    await this.#conclude({
      ...this.#finished(vitest),
      interrupted: reason === 'interrupted' || errors.length > 0,
      ...this.#builder.build(),
      ...(vitest.config.mergeReports ? {} : { measureAgain: (suspects) => this.#measureAgain(vitest, suspects) }),
      ...(followed === undefined ? {} : { show: (html) => followed.finish(html) }),
    })
  }

  #readEnvironment({ config, version }: Vitest): Environment {
    const { outputDir, baseline } = this.#options
    return readEnvironment(config.root, version, [outputDir, baseline ?? 'baseline'])
  }

  /** The run as far as it is known without its measurements. */
  #finished(vitest: Vitest): FinishedRun {
    const { root } = vitest.config
    return {
      options: this.#options,
      root,
      environment: this.#environment ?? this.#readEnvironment(vitest),
      startedAt: this.#startedAt,
      finishedAt: new Date(),
      interrupted: false,
      partial: isPartial(vitest),
      sessions: [...this.#projects].every((project) => this.#once(project)) ? 1 : this.#options.sessions,
      benchmarks: [],
      failures: [],
      skipped: [],
      warnings: [],
      log: (text) => vitest.logger.log(text),
      terminal: { columns: process.stdout.columns ?? 120, colours: process.stdout.hasColors?.() ?? false },
    }
  }

  async #follow(specifications: readonly TestSpecification[]): Promise<void> {
    const vitest = this.#vitest
    const total = specifications.reduce(
      (sum, file) => sum + (this.#projects.has(file.project) ? this.sessionsOf(file) : 0),
      0,
    )
    this.#progress = countProgress(total)
    // Where nobody watches, lines about the time left would only fill a log.
    this.#say = process.stderr.isTTY ? sayProgress((text) => process.stderr.write(text)) : undefined
    if (!this.#options.live || vitest === undefined || total === 0) return
    this.#followed = await followRun(this.#finished(vitest))
    vitest.logger.log(`Live view: ${this.#followed.url}`)
  }

  #showProgress(): void {
    if (this.#progress) this.#followed?.progress(this.#progress.state)
  }

  async #measureAgain(vitest: Vitest, benchmarks: readonly Benchmark[]): Promise<Remeasured> {
    const suspects: Suspect[] = benchmarks.map(({ file, project, test }) => ({
      moduleId: resolve(vitest.config.root, file).split(sep).join('/'),
      project: project === '' ? 'bench' : `${project} (bench)`,
      test,
    }))
    const again: Remeasured = { benchmarks: [], failures: [], interrupted: false }
    await measureAgain<FinishedRun>(vitest, suspects, ({ benchmarks: measured, failures, interrupted }) => {
      again.benchmarks.push(...measured)
      again.failures.push(...failures)
      again.interrupted ||= interrupted
    })
    return again
  }

  /** Other reporters see the last session only: an earlier failure has to show in it. */
  #rememberFailure(test: TestCase, session: number): void {
    const result = test.result()
    if (result.state === 'failed') {
      const error = result.errors.map(({ message }) => message).join('; ') || 'failed without an error'
      this.#builder.fail({ key: `${this.#fileOf(test.module)} > ${test.fullName}`, session, error })
      const failed = taskResult(test)
      if (failed !== undefined && !this.#failed.has(test.id)) this.#failed.set(test.id, failed)
      return
    }
    const earlier = this.#failed.get(test.id)
    const task = test.project.vitest.state.idMap.get(test.id)
    if (earlier === undefined || task === undefined || !this.#counter.isLast(test.module)) return
    task.result = earlier
  }

  /** Blobs carry all sessions in the one that others see; everyone else is spared the samples. */
  #passOn(test: TestCase, session: number): void {
    const meta = test.meta()
    if (this.#forBlob === undefined) {
      delete meta.verdict
      return
    }
    const earlier = this.#forBlob.get(test.id) ?? []
    const sessions = [...earlier, ...(meta.verdict ?? []).map((measurement) => ({ ...measurement, session }))]
    this.#forBlob.set(test.id, sessions)
    meta.verdict = sessions
    const { vitest } = test.project
    this.#environment ??= this.#readEnvironment(vitest)
    meta.verdictEnvironment = this.#environment
  }

  /** Runs after Vitest has settled the file's state, before anyone else hears of it. */
  #failModule(module: TestModule): void {
    const task = module.project.vitest.state.idMap.get(module.id)
    const failed = [...module.children.allTests()].some((test) => this.#failed.has(test.id))
    if (failed && task?.result && this.#counter.isLast(module)) task.result.state = 'fail'
  }

  #fileOf(module: TestModule): string {
    return relative(module.project.vitest.config.root, module.moduleId).split(sep).join('/')
  }
}

type FileOfProject = Pick<TestModule, 'project' | 'moduleId'>

function identify({ project, moduleId }: FileOfProject): string {
  return `${project.name}\0${moduleId}`
}

function taskResult(test: TestCase): RunnerTaskResult | undefined {
  return test.project.vitest.state.idMap.get(test.id)?.result
}

/** Whether something was left out by a filter, so that benchmarks not measured are not gone. */
function isPartial({ config }: Vitest): boolean {
  const { testNamePattern, tagsFilter, shard, changed, related, project } = config
  const { _cliFilters: files = [] } = config as { _cliFilters?: string[] }
  return Boolean(files.length || testNamePattern || tagsFilter?.length || shard || changed || related || project.length)
}

/**
 * Puts our reporter first and lets all others hear of the last session of each file only. Vitest has no public way to do
 * this: where its list of reporters is not what it was, the others just hear of every session.
 */
function hearFirst(vitest: Vitest, ours: Reporter, counter: SessionCounter): void {
  const { reporters } = vitest as unknown as { reporters?: Reporter[] }
  if (!Array.isArray(reporters)) return
  const others = reporters.filter((reporter) => reporter !== ours)
  reporters.splice(0, reporters.length, ours, ...others.map((reporter) => lastSessionOnly(reporter, counter, vitest)))
}
