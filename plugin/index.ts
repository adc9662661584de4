import type {} from 'vitest/config'
import type { Vite } from 'vitest/node'
import type { VerdictOptions } from './options.ts'
import { verdictPlugin } from './verdict-plugin.ts'

export type { SystemUnderTest } from '../fixtures/system/index.ts'
export type { Baseline } from './judge/baseline.ts'
export { judge } from './judge/judge.ts'
export type { JudgePolicy } from './judge/policy.ts'
export type { BenchmarkReport, MetricComparison, Report, Severity, Verdict } from './judge/report.ts'
export type { VerdictBenchOptions } from './measure/bench-options.ts'
export { type ResolvedOptions, resolveOptions, type TargetOption, type VerdictOptions } from './options.ts'
export type { BuiltInMetricName, Metric } from './run/metric.ts'
export type { Run } from './run/run.ts'
export { InputError } from './store/input-error.ts'
export { latestRun } from './store/latest-run.ts'
export { readBaseline } from './store/read-baseline.ts'
export { readRun } from './store/read-run.ts'

/**
 * The Vitest plugin: measures `vitest bench` with its own provider, in several fresh processes, and adds a reporter that
 * writes the files and gives the verdict. Ordinary tests are untouched. An option that is unknown or out of range, a target that
 * cannot be measured and an output folder that cannot be written end the run before it begins, with exit code 3.
 */
export function verdict(options: VerdictOptions = {}): Vite.Plugin {
  return verdictPlugin(options)
}
