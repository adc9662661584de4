import type { Command } from 'commander'
import type { Context } from './context.ts'

type Register = (program: Command, context: Context) => void

/** Every subcommand, loaded only when it is asked for: charts and schemas of the others would triple the start. */
export const commands: Readonly<Record<string, () => Promise<Register>>> = {
  bench: async () => (await import('./bench.ts')).registerBench,
  against: async () => (await import('./against.ts')).registerAgainst,
  baseline: async () => (await import('./baseline.ts')).registerBaseline,
  compare: async () => (await import('./compare.ts')).registerCompare,
  explain: async () => (await import('./explain.ts')).registerExplain,
  analyze: async () => (await import('./analyze.ts')).registerAnalyze,
  trend: async () => (await import('./trend.ts')).registerTrend,
  report: async () => (await import('./report.ts')).registerReport,
  simulate: async () => (await import('./simulate.ts')).registerSimulate,
}
