import { availableParallelism } from 'node:os'
import { relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject, Vite, Vitest } from 'vitest/node'
import { concludeRun } from '../reporters/conclude-run.ts'
import type { FinishedRun } from '../reporters/finished-run.ts'
import { VerdictReporter } from '../reporters/vitest-reporter.ts'
import { deliveryToDuet } from './duet/duet-options.ts'
import { findBase } from './duet/find-base.ts'
import { withSteadyHeap } from './measure/young-generation.ts'
import { type ResolvedOptions, resolveOptions, type VerdictOptions } from './options.ts'
import { endBeforeStart } from './sessions/end-before-start.ts'
import { deliveryOfConfirmation } from './sessions/measure-again.ts'
import { repeatingSequencer } from './sessions/repeating-sequencer.ts'
import { signLoading } from './sessions/sign-of-loading.ts'
import { baselinePath } from './store/baseline-path.ts'
import { checkFolder } from './store/check-folder.ts'
import { checkTarget } from './system/check-target.ts'
import { classOf } from './system/class-of.ts'

/** Tags that our documentation and profiles speak of; Vitest refuses tags that nobody declared. */
const tags = [
  { name: 'quick', description: 'Cheap enough for a pre-commit hook.' },
  { name: 'stress', description: 'Loads the machine heavily or long.' },
]

interface Prepared {
  options: ResolvedOptions
  reporter: VerdictReporter
}

const prepared = new WeakMap<Vitest, Promise<Prepared>>()

/**
 * The plugin behind `verdict()`.
 * @param models that the benchmarks will ask of a target, by the suite's names
 */
export function verdictPlugin(given: VerdictOptions, models: readonly string[] = []): Vite.Plugin {
  return {
    name: 'vitest-verdict',
    async configureVitest({ vitest, project }) {
      if (!project.config.benchmark.enabled) return
      signLoading(process.env)
      declareTags(vitest, project)
      try {
        const resolved = resolveOptions(given, process.env)
        const leaveToDuet = deliveryToDuet()
        if (leaveToDuet) {
          leaveToDuet({ ...resolved, target: await readyTarget(vitest.config.root, resolved, models) })
          return
        }
        if (!prepared.has(vitest)) prepared.set(vitest, prepare(vitest, resolved, models))
        const { options, reporter } = await prepared.get(vitest)!
        measureWithUs(project, options)
        reporter.measures(project)
      } catch (error) {
        throw endBeforeStart(error)
      }
    },
  }
}

/** Once per Vitest, however many projects it has: checks what a run needs before anything is measured or written. */
async function prepare(vitest: Vitest, given: ResolvedOptions, models: readonly string[]): Promise<Prepared> {
  const { root, mergeReports, listTags } = vitest.config
  checkFolder(resolve(root, given.outputDir))
  const unmeasured = deliveryOfConfirmation() !== undefined || mergeReports || listTags
  const target = unmeasured ? placeOfTarget(root, given) : await readyTarget(root, given, models)
  const options = { ...given, target, targets: given.targets && relativePath(root, given.targets) }
  // A slip in the name is said now, not when everything has been measured.
  if (options.against !== null && !unmeasured) await findBase(root, options.against)
  return { options, reporter: addReporter(vitest, options) }
}

/** @throws InputError where it cannot be measured */
async function readyTarget(root: string, given: ResolvedOptions, models: readonly string[]) {
  const place = placeOfTarget(root, given)
  return place && checkTarget(place, models)
}

function placeOfTarget(root: string, { target }: ResolvedOptions): ResolvedOptions['target'] {
  return target?.kind === 'module' ? { ...target, path: resolve(root, target.path) } : target
}

function relativePath(root: string, path: string): string {
  return relative(root, resolve(root, path)).split(sep).join('/')
}

function measureWithUs(project: TestProject, options: ResolvedOptions): void {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  project.config.benchmark.provider = fileURLToPath(new URL(`./measure/provider.${extension}`, import.meta.url))
  project.provide('vitestVerdict', options)
  project.provide('vitestVerdictTarget', options.target)
  project.provide('vitestVerdictBaseline', placeOfBaseline(project.vitest.config.root, options))
  // A session is a fresh process: modules kept from one to the next, or threads of one process, would share their fate.
  project.config.isolate = true
  if (project.config.pool === 'threads') project.config.pool = 'forks'
  // Threads have no arguments of V8's of their own.
  if (project.config.pool !== 'vmThreads') project.config.execArgv = withSteadyHeap(project.config.execArgv)
  // So Vitest's advice to share processes, for the sake of speed, would be wrong here.
  Object.assign(project.vitest.config.experimental.diagnostics, { isolate: false, environment: false, import: false })
}

/** What the assertions compare with: the file that the reporter will compare with. */
function placeOfBaseline(root: string, options: ResolvedOptions) {
  const { platform, arch, version: node } = process
  const name = classOf(options, { platform, arch, node, cpus: availableParallelism() })
  return { root, path: resolve(root, baselinePath(options, name)) }
}

function addReporter(vitest: Vitest, options: ResolvedOptions): VerdictReporter {
  const delivery = deliveryOfConfirmation<FinishedRun>()
  // Who follows the run follows the first one; a confirming batch is part of it.
  const reporter = delivery
    ? new VerdictReporter({ ...options, live: false }, delivery)
    : new VerdictReporter(options, (finished) => concludeRun({ ...finished, ...pairing(vitest, finished) }))
  vitest.config.reporters.push(reporter)
  vitest.config.sequence.sequencer = repeatingSequencer(vitest.config.sequence.sequencer, (file) =>
    reporter.sessionsOf(file),
  )
  return reporter
}

/** Merged reports are judged as they are: here may be another machine, or no repository. */
function pairing({ config, vite }: Vitest, { options, root, log }: FinishedRun): Pick<FinishedRun, 'measurePairs'> {
  if (config.mergeReports) return {}
  const { configFile } = vite.config
  return {
    measurePairs: async (ref, benchmarks, extent) => {
      // Loaded now only: it is a lot, and most runs do without.
      const { measurePairs } = await import('./duet/measure-pairs.ts')
      return measurePairs(ref, benchmarks, { root, config: configFile, options, ...extent, env: process.env, say: log })
    },
  }
}

function declareTags(vitest: Vitest, project: TestProject): void {
  for (const declared of [vitest.config.tags, project.config.tags]) {
    for (const tag of tags) {
      if (!declared.some(({ name }) => name === tag.name)) declared.push(tag)
    }
  }
}
