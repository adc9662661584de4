import { globSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestCase, TestModule, TestProject, TestSpecification, Vitest } from 'vitest/node'
import { withSteadyHeap } from '../measure/young-generation.ts'
import type { ResolvedOptions } from '../options.ts'
import { resolveOptions } from '../options.ts'
import { type BenchmarkIdentity, benchmarkKey } from '../run/benchmark-key.ts'
import { withPluginsAside } from './duet-options.ts'
import type { DuetRecord, DuetSetup } from './lane.ts'
import { missingInternals } from './lane-internals.ts'
import { resolveInTree } from './resolve-in-tree.ts'

/** What is to be run, as for `vitest bench`. */
export interface Selection {
  filters: readonly string[]
  testNamePattern?: string | undefined
  tagsFilter?: string[] | undefined
  project?: string[] | undefined
  config?: string | undefined
  /** Whether benchmarks are asked for times of their own too. */
  ownFigures?: boolean
}

/** A benchmark file of one project. */
export interface BenchmarkFile {
  /** Relative to the root, with slashes. */
  file: string
  /** Vitest's own name of the project. */
  project: string
}

/** One benchmark in one session. */
export interface Observation extends BenchmarkIdentity {
  key: string
  session: number
  record: DuetRecord
  /** Whether the base has the file. */
  inBase: boolean
}

export interface SessionResult {
  observations: Observation[]
  /** Benchmarks that only the base has. */
  removed: { key: string }[]
  /** What failed in the working tree. */
  failures: { where: string; error: string }[]
  /** What failed in the base; `test` is null where its file could not be loaded. */
  baseFailures: { file: string; test: string | null; error: string }[]
  /** Files of the repository that the base loads from the working tree, as it has none of its own; relative to the repository. */
  shared: string[]
}

/** A project that is ready to be measured, session by session. */
export interface Duet {
  /** Options of the plugin in the project's configuration. */
  options: ResolvedOptions | undefined
  /** How the versions are kept apart, for the user. */
  how: string
  /** Finds what to run; with `changedSince`, only files whose modules changed since that commit. */
  select(selection: Selection, changedSince?: string): Promise<number>
  /** What `select` found. */
  files(): BenchmarkFile[]
  /** Files that Vitest's configuration was read from, absolute. */
  configurationFiles(): string[]
  /** Global setups of the projects, absolute. */
  globalSetups(): string[]
  /** Tells where the base is; before it, sessions measure the working tree alone. */
  useTrees(trees: NonNullable<DuetSetup['trees']>): void
  /** Runs one session in fresh processes, of the named benchmarks or of one file only when they are given. */
  session(number: number, time: number, only?: ReadonlySet<string>, place?: BenchmarkFile): Promise<SessionResult>
  /** Benchmark files that the base has and the working tree has not, relative to the root. */
  filesOnlyInBase(): string[]
  close(): Promise<void>
}

/** How the versions are kept apart. */
export interface Manner {
  vitest(): Promise<Pick<typeof import('vitest/node'), 'createVitest'>>
  /** Prepares a project of benchmarks. */
  configure(project: TestProject): void
  /** In place of those of the project's own configuration. */
  options?: ResolvedOptions
}

const inOneWorker: Manner = {
  async vitest() {
    const [vitest, worker, internals] = await Promise.all([
      import('vitest/node'),
      import('vitest'),
      import('vitest/internal/browser'),
    ])
    const missing = missingInternals(worker, internals)
    if (missing.length === 0) return vitest
    throw new UnsuitableProject(
      `Vitest ${vitest.version} lacks ${missing.join(' and ')}, which one worker for all needs`,
    )
  },
  configure: measureInLanes,
}

/**
 * Loads the project's own Vitest with our runner and provider in place of its own and no reporter.
 * @param root of the project, symbolic links resolved
 * @param repository that the project is in, likewise
 * @throws UnsuitableProject when two versions cannot share a worker there
 */
export async function openDuet(
  root: string,
  repository: string,
  selection: Selection,
  manner: Manner = inOneWorker,
): Promise<Duet> {
  const { createVitest } = await manner.vitest()
  let trees: DuetSetup['trees'] = null
  const shared = new Set<string>()
  const session = createSessionListener(root, shared)
  const { result: vitest, options } = await withPluginsAside(() =>
    createVitest(
      {
        root,
        ...benchmarksOnly,
        run: true,
        watch: false,
        reporters: [session.reporter],
        ...(selection.config !== undefined && { config: selection.config }),
        ...(selection.testNamePattern !== undefined && { testNamePattern: selection.testNamePattern }),
        ...(selection.tagsFilter !== undefined && { tagsFilter: selection.tagsFilter }),
        ...(selection.project !== undefined && { project: selection.project }),
      },
      {
        plugins: [
          resolveInTree(
            repository,
            () => (trees === null ? [] : Object.values(trees)),
            (path) => void shared.add(relative(repository, path)),
          ),
          {
            name: 'vitest-verdict:duet-runner',
            configureVitest({ project }) {
              if (project.config.benchmark.enabled) manner.configure(project)
            },
          },
        ],
      },
    ),
  )
  const resolved = manner.options ?? options ?? resolveOptions()
  let specifications: TestSpecification[] = []
  let wantedFiles: readonly string[] = []
  await vitest.standalone()
  return {
    options,
    how: 'both versions in one process',
    async select({ filters }, changedSince) {
      if (changedSince !== undefined) vitest.config.changed = changedSince
      wantedFiles = filters
      const found = await vitest.getRelevantTestSpecifications([...filters])
      specifications = found.filter(({ project }) => project.config.benchmark.enabled)
      return specifications.length
    },
    useTrees(given) {
      trees = given
    },
    files: () => specifications.map((each) => ({ file: fileOf(root, each.moduleId), project: each.project.name })),
    configurationFiles: () => vitest.vite.config.configFileDependencies,
    globalSetups: () => benchProjects(vitest).flatMap(({ config }) => config.globalSetup),
    async session(number, time, only, place) {
      session.begin(number)
      const here = specifications.filter(
        ({ moduleId, project }) =>
          place === undefined || (fileOf(root, moduleId) === place.file && project.name === place.project),
      )
      const wanted = only === undefined ? here : narrow(here, session.testsOf(only))
      const { ownFigures = false } = selection
      const setup: DuetSetup = { repository, trees, time, ownFigures, session: number, baseFirst: number % 2 === 0 }
      for (const { project } of wanted) {
        project.provide('vitestVerdictDuet', setup)
        project.provide('vitestVerdict', resolved)
        project.provide('vitestVerdictTarget', resolved.target)
        project.provide('vitestVerdictBaseline', null)
      }
      if (wanted.length > 0) await vitest.runTestSpecifications(wanted)
      for (const error of vitest.state.getUnhandledErrors()) session.fail('outside any test', error)
      return session.end()
    },
    filesOnlyInBase() {
      if (trees === null) return []
      const { base } = trees
      const inTree = join(base, relative(repository, root))
      const here = new Set(specifications.map(({ moduleId }) => fileOf(root, moduleId)))
      return benchProjects(vitest).flatMap(({ config }) =>
        globSync(config.include, { cwd: inTree, exclude: config.exclude })
          .map((file) => file.split(sep).join('/'))
          .filter((file) => !here.has(file) && !hasFile(root, file) && matches(join(root, file), wantedFiles)),
      )
    },
    close: () => vitest.close(),
  }
}

/** What `vitest bench` sets; Vitest's types do not name it. */
const benchmarksOnly: object = { benchmarkOnly: true }

/** Whatever a test's timeout is by default, it waits for the other versions too. */
const timeoutFactor = 4

/** Where a module of this folder is, in TypeScript or built. */
export function moduleHere(name: string): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`./${name}.${extension}`, import.meta.url))
}

const vitestsOwn = ['BaseSequencer', 'RandomSequencer']

function measureInLanes(project: TestProject): void {
  const { config } = project
  if (config.runner !== undefined) {
    throw new UnsuitableProject(`the project "${project.name}" has a test runner of its own (${config.runner})`)
  }
  const { sequencer } = project.vitest.config.sequence
  if (!vitestsOwn.includes(sequencer.name)) {
    throw new UnsuitableProject(`the configuration has a sequencer of its own (${sequencer.name})`)
  }
  config.runner = moduleHere('lane-runner')
  measureBy(project, 'duet-provider')
}

/** Every test once, in a fresh process, with time to wait for the other versions. */
export function measureBy({ name, config }: TestProject, provider: string): void {
  if (config.browser.enabled) throw new BrowserProject(`the project "${name}" runs in a browser`)
  config.benchmark.provider = moduleHere(provider)
  config.isolate = true
  config.pool = 'forks'
  config.execArgv = withSteadyHeap(config.execArgv)
  config.retry = 0
  config.repeats = 0
  config.testTimeout *= timeoutFactor
  config.hookTimeout *= timeoutFactor
}

/** A project in which two versions cannot share a worker. */
export class UnsuitableProject extends Error {
  override name = 'UnsuitableProject'
}

/** A project whose benchmarks no second version can run beside, in whatever process. */
export class BrowserProject extends Error {
  override name = 'BrowserProject'
}

/** The name that the user gave to a project, without what Vitest adds to its benchmark variant. */
export function projectName(name: string): string {
  return name === 'bench' ? '' : name.replace(/ \(bench\)$/, '')
}

function fileOf(root: string, moduleId: string): string {
  return relative(root, moduleId).split(sep).join('/')
}

/** As Vitest takes filters: parts of a file's path; without any, every file is wanted. */
function matches(path: string, filters: readonly string[]): boolean {
  return filters.length === 0 || filters.some((filter) => path.includes(filter.replace(/^\.\//, '')))
}

function benchProjects({ projects }: Vitest): TestProject[] {
  return projects.filter(({ config }) => config.benchmark.enabled)
}

function hasFile(root: string, file: string): boolean {
  return globSync(file, { cwd: root }).length > 0
}

/** The specifications that hold any of these tests, narrowed to them. */
function narrow(specifications: readonly TestSpecification[], tests: readonly Place[]): TestSpecification[] {
  return specifications.flatMap(({ project, moduleId }) => {
    const here = tests.filter((test) => test.moduleId === moduleId && test.projectName === project.name)
    const testNames = [...new Set(here.map(({ test }) => test))]
    return testNames.length === 0 ? [] : [project.createSpecification(moduleId, { testNames })]
  })
}

interface Place {
  moduleId: string
  /** Vitest's own name of the project. */
  projectName: string
  test: string
}

/** Gathers what a session shows; remembers where each benchmark is. */
function createSessionListener(root: string, shared: ReadonlySet<string>) {
  const places = new Map<string, Place>()
  let number = 0
  let result = emptyResult()

  const inBase = (module: TestModule) => module.meta().verdictDuetFile?.inBase ?? false

  const observe = (test: TestCase) => {
    const file = fileOf(root, test.module.moduleId)
    const project = projectName(test.project.name)
    const seen = new Map<string, number>()
    for (const record of test.meta().verdictDuet ?? []) {
      const identity = { name: record.name, category: record.category ?? null, file, project, test: test.fullName }
      const plain = benchmarkKey(identity)
      const count = (seen.get(plain) ?? 0) + 1
      seen.set(plain, count)
      const key = count === 1 ? plain : `${plain} (${count})`
      places.set(key, { moduleId: test.module.moduleId, projectName: test.project.name, test: test.fullName })
      result.observations.push({ ...identity, key, session: number, record, inBase: inBase(test.module) })
    }
  }
  const fail = (where: string, error: unknown) => {
    const text = error instanceof Error || hasMessage(error) ? error.message : String(error)
    result.failures.push({ where, error: text })
  }
  return {
    reporter: {
      onTestModuleEnd(module: TestModule) {
        const file = fileOf(root, module.moduleId)
        for (const error of module.errors()) fail(file, error)
        for (const test of module.children.allTests()) {
          observe(test)
          const outcome = test.result()
          if (outcome.state === 'failed') for (const error of outcome.errors) fail(`${file} > ${test.fullName}`, error)
        }
        const { baseErrors = [], removed = [] } = module.meta().verdictDuetFile ?? {}
        result.baseFailures.push(...baseErrors.map((each) => ({ file, ...each })))
        const project = projectName(module.project.name)
        result.removed.push(
          ...removed.map((each) => ({ key: benchmarkKey({ ...each, category: null, file, project }) })),
        )
      },
    },
    begin(session: number) {
      number = session
      result = emptyResult()
    },
    end: () => ({ ...result, shared: [...shared] }),
    fail,
    testsOf: (keys: ReadonlySet<string>) => [...keys].flatMap((key) => places.get(key) ?? []),
  }
}

function emptyResult(): SessionResult {
  return { observations: [], removed: [], failures: [], baseFailures: [], shared: [] }
}

function hasMessage(error: unknown): error is { message: string } {
  return typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
}
