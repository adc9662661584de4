import { existsSync } from 'node:fs'
import { isAbsolute, join, relative } from 'node:path'
import {
  inject,
  type RunnerTask,
  type RunnerTestFile,
  type RunnerTestSuite,
  type SerializedConfig,
  TestRunner,
} from 'vitest'
import { startTests } from 'vitest/internal/browser'
import { seedOf } from '../measure/interleaved-order.ts'
import { type DuetState, setDuetState } from './duet-state.ts'
import { hideFromReporters } from './hide-from-reporters.ts'
import type { DuetSetup, Lane } from './lane.ts'
import { workerStateOf } from './lane-internals.ts'
import { createRendezvous } from './rendezvous.ts'
import { shiftMemory } from './shift-memory.ts'
import { alignTasks, testPaths } from './test-paths.ts'

/** More than lanes and user-concurrent tests together can need: each lane keeps to its own limit, see `LaneRunner`. */
const noLimit = 1000

type Specification = Parameters<typeof startTests>[0][number] & object

/** A version that runs beside the head, unseen by reporters. */
interface HiddenLane {
  lane: Lane
  file: RunnerTestFile
  /** Lets it run; ends when its last test has. */
  run(): Promise<void>
}

/**
 * Runs a file of the working tree as ever, and beside it the same file of the base, twice, each with hooks, fixtures and
 * modules of its own. The lanes run freely and meet in the benchmark provider.
 */
export default class LaneRunner extends TestRunner {
  setup: DuetSetup
  state: DuetState
  hidden: HiddenLane[] = []
  running: Promise<void>[] = []
  paths = new Map<RunnerTask, string>()
  lanes = new Map<RunnerTestFile, Lane>()
  /** Tests of a lane at once, as configured. */
  ownConcurrency: number

  constructor(config: SerializedConfig) {
    super(config)
    this.setup = inject('vitestVerdictDuet')
    this.ownConcurrency = config.maxConcurrency
    // Vitest takes its limit over all lanes from here, once; `onBeforeRunSuite` sets back that within a lane.
    config.maxConcurrency = noLimit
    this.state = {
      rendezvous: createRendezvous(this.setup.trees === null ? ['head'] : ['head', 'base', 'null']),
      laneOf: (file) => this.lanes.get(file) ?? 'head',
      pathOf: (test) => this.paths.get(test) ?? test.fullTestName,
      record: { inBase: false, baseErrors: [], removed: [] },
    }
    setDuetState(this.state)
  }

  async onBeforeCollect([filepath]: string[]): Promise<void> {
    if (this.setup.baseFirst) await this.collectHidden(filepath!)
    shiftMemory(seedOf(`head ${this.setup.session}`))
  }

  async onBeforeRunFiles([file]: RunnerTestFile[]): Promise<void> {
    if (!this.setup.baseFirst) await this.collectHidden(file!.filepath)
    const { rendezvous } = this.state
    this.register('head', file!)
    for (const { lane, file: theirs } of this.hidden) {
      alignTasks(theirs, file!)
      this.register(lane, theirs)
    }
    for (const lane of ['base', 'null'] as const) {
      if (!this.hidden.some((hidden) => hidden.lane === lane)) rendezvous.laneEnded(lane)
    }
  }

  override async onBeforeRunSuite(suite: RunnerTestSuite): Promise<void> {
    if (suite === suite.file) {
      this.config.maxConcurrency = this.ownConcurrency
      this.running = this.hidden.map(({ run }) => run())
      if (suite.result?.state === 'fail') this.state.rendezvous.laneEnded('head')
    }
    await super.onBeforeRunSuite(suite)
  }

  override onAfterRunTask(test: RunnerTask): void {
    this.state.rendezvous.testEnded('head', this.paths.get(test) ?? '')
    super.onAfterRunTask(test)
  }

  override async onAfterRunSuite(suite: RunnerTestSuite): Promise<void> {
    if (suite === suite.file) {
      await this.finishHidden()
      suite.meta.verdictDuetFile = this.state.record
    }
    await super.onAfterRunSuite(suite)
  }

  override async onAfterRunFiles(files: RunnerTestFile[]): Promise<void> {
    await this.finishHidden()
    super.onAfterRunFiles(files)
  }

  async finishHidden(): Promise<void> {
    this.state.rendezvous.laneEnded('head')
    await Promise.all(this.running)
  }

  register(lane: Lane, file: RunnerTestFile): void {
    this.lanes.set(file, lane)
    const paths = testPaths(file)
    for (const [task, path] of paths) this.paths.set(task, path)
    const awaited = [...paths].filter(
      ([task]) => task.type === 'test' && (task.mode === 'run' || task.mode === 'queued'),
    )
    this.state.rendezvous.plan(
      lane,
      awaited.map(([, path]) => path),
    )
  }

  /** Collects the base's files one after the other: Vitest collects into global state. */
  async collectHidden(filepath: string): Promise<void> {
    const { trees, repository } = this.setup
    if (trees === null) return
    const inside = relative(repository, filepath)
    if (inside.startsWith('..') || isAbsolute(inside) || !existsSync(join(trees.base, inside))) return
    this.state.record.inBase = true
    const worker = workerStateOf(this)
    const given = worker.ctx.files.find((specification) => specification.filepath === filepath)
    for (const lane of ['base', 'null'] as const) {
      shiftMemory(seedOf(`${lane} ${this.setup.session}`))
      const specification = {
        ...given,
        filepath: join(trees[lane], inside),
        testLocations: undefined,
        testIds: undefined,
      }
      this.hidden.push(await collectLane(this, lane, trees[lane], specification))
    }
    hideFromReporters(
      worker,
      this.hidden.map(({ file }) => file.id),
    )
  }
}

/**
 * Starts a lane and lets it collect its file; it runs when told to. Its runner is the head's but for the configuration's root,
 * what would be told to reporters and what would end the whole run.
 */
async function collectLane(
  main: LaneRunner,
  lane: Exclude<Lane, 'head'>,
  tree: string,
  specification: Specification,
): Promise<HiddenLane> {
  const { repository } = main.setup
  const { rendezvous, record } = main.state
  const into = (path: string) => {
    const inside = relative(repository, path)
    const mapped = join(tree, inside)
    return inside.startsWith('..') ||
      isAbsolute(inside) ||
      /(^|[\\/])node_modules[\\/]/.test(inside) ||
      !existsSync(mapped)
      ? path
      : mapped
  }
  const collected = Promise.withResolvers<RunnerTestFile>()
  const gate = Promise.withResolvers<void>()
  const nothing = () => {}
  const runner: TestRunner = Object.assign(Object.create(main), {
    config: {
      ...main.config,
      root: into(main.config.root),
      setupFiles: main.config.setupFiles.map(into),
      // Part of every id that Vitest makes: without it, the base's tasks would be taken for the head's.
      mergeReportsLabel: `vitest-verdict ${lane}`,
      maxConcurrency: main.ownConcurrency,
      passWithNoTests: true,
      bail: 0,
    },
    onBeforeCollect: nothing,
    onCollectStart: nothing,
    onCollected: nothing,
    onCleanupWorkerContext: undefined,
    onBeforeRunFiles: async ([file]: RunnerTestFile[]) => {
      collected.resolve(file!)
      await gate.promise
    },
    onBeforeRunSuite: TestRunner.prototype.onBeforeRunSuite,
    onAfterRunTask(test: RunnerTask) {
      rendezvous.testEnded(lane, main.paths.get(test) ?? '')
    },
    // The base's snapshots are read, never written.
    onAfterRunSuite: nothing,
    onAfterRunFiles: nothing,
  })
  const running = startTests([specification], runner)
    .then(
      ([file]) => {
        if (lane === 'base') record.baseErrors.push(...errorsOf(file!))
      },
      (error: unknown) => {
        record.baseErrors.push({ test: null, error: String(error) })
        collected.reject(error)
      },
    )
    .finally(() => rendezvous.laneEnded(lane))
  return {
    lane,
    file: await collected.promise,
    run: () => {
      gate.resolve()
      return running
    },
  }
}

function errorsOf(file: RunnerTestFile): { test: string | null; error: string }[] {
  const found: { test: string | null; error: string }[] = []
  const visit = (task: RunnerTask) => {
    const errors = task.result?.state === 'fail' ? (task.result.errors ?? []) : []
    const test = task === file ? null : task.type === 'test' ? task.fullTestName : task.name
    for (const { message } of errors) found.push({ test, error: message })
    if (task.type === 'suite') task.tasks.forEach(visit)
  }
  visit(file)
  return found
}
