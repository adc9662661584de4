import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type {} from 'vitest/config'
import type { TestProject, Vite, Vitest } from 'vitest/node'
import { concludeRun } from '../reporters/conclude-run.ts'
import type { FinishedRun } from '../reporters/finished-run.ts'
import { VerdictReporter } from '../reporters/vitest-reporter.ts'
import { leaveToDuet } from './duet/duet-options.ts'
import { type ResolvedOptions, resolveOptions, type VerdictOptions } from './options.ts'
import { machineClass } from './run/environment.ts'
import { deliveryOfConfirmation } from './sessions/measure-again.ts'
import { repeatingSequencer } from './sessions/repeating-sequencer.ts'
import { signLoading } from './sessions/sign-of-loading.ts'
import { baselinePath } from './store/baseline-path.ts'

export type { Baseline } from './judge/baseline.ts'
export { judge } from './judge/judge.ts'
export type { JudgePolicy } from './judge/policy.ts'
export type { BenchmarkReport, MetricComparison, Report, Severity, Verdict } from './judge/report.ts'
export type { VerdictBenchOptions } from './measure/bench-options.ts'
export { type ResolvedOptions, resolveOptions, type VerdictOptions } from './options.ts'
export type { BuiltInMetricName, Metric } from './run/metric.ts'
export type { Run } from './run/run.ts'
export { InputError } from './store/input-error.ts'
export { latestRun } from './store/latest-run.ts'
export { readBaseline } from './store/read-baseline.ts'
export { readRun } from './store/read-run.ts'

/** Tags that our documentation and profiles speak of; Vitest refuses tags that nobody declared. */
const tags = [
  { name: 'quick', description: 'Cheap enough for a pre-commit hook.' },
  { name: 'stress', description: 'Loads the machine heavily or long.' },
]

const reporters = new WeakMap<Vitest, VerdictReporter>()

/**
 * The Vitest plugin: measures `vitest bench` with its own provider, in several fresh processes, and adds a reporter that
 * writes the files and gives the verdict. Ordinary tests are untouched.
 * @throws OptionsError when an option is unknown or out of range.
 */
export function verdict(options: VerdictOptions = {}): Vite.Plugin {
  const resolved = resolveOptions(options, process.env)
  return {
    name: 'vitest-verdict',
    configureVitest({ vitest, project }) {
      if (!project.config.benchmark.enabled) return
      signLoading(process.env)
      declareTags(vitest, project)
      if (leaveToDuet(resolved)) return
      measureWithUs(project, resolved)
      if (!reporters.has(vitest)) reporters.set(vitest, addReporter(vitest, resolved))
      reporters.get(vitest)?.measures(project)
    },
  }
}

function measureWithUs(project: TestProject, options: ResolvedOptions): void {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  project.config.benchmark.provider = fileURLToPath(new URL(`./measure/provider.${extension}`, import.meta.url))
  project.provide('vitestVerdict', options)
  project.provide('vitestVerdictBaseline', placeOfBaseline(project.vitest.config.root, options))
  // A session is a fresh process: modules kept from one to the next, or threads of one process, would share their fate.
  project.config.isolate = true
  if (project.config.pool === 'threads') project.config.pool = 'forks'
}

/** What the assertions compare with: the file that the reporter will compare with. */
function placeOfBaseline(root: string, options: ResolvedOptions) {
  const { platform, arch, version: node } = process
  const name = options.machineClass ?? machineClass({ platform, arch, node, cpus: availableParallelism() })
  return { root, path: resolve(root, baselinePath(options, name)) }
}

function addReporter(vitest: Vitest, options: ResolvedOptions): VerdictReporter {
  const delivery = deliveryOfConfirmation<FinishedRun>()
  // Who follows the run follows the first one; a confirming batch is part of it.
  const reporter = delivery
    ? new VerdictReporter({ ...options, live: false }, delivery)
    : new VerdictReporter(options, concludeRun)
  vitest.config.reporters.push(reporter)
  vitest.config.sequence.sequencer = repeatingSequencer(vitest.config.sequence.sequencer, ({ project }) =>
    reporter.sessionsOf(project),
  )
  return reporter
}

function declareTags(vitest: Vitest, project: TestProject): void {
  for (const declared of [vitest.config.tags, project.config.tags]) {
    for (const tag of tags) {
      if (!declared.some(({ name }) => name === tag.name)) declared.push(tag)
    }
  }
}
