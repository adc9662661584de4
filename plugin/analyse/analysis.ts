import type { Severity } from '../judge/report.ts'
import type { Unit } from '../run/metric.ts'

/** What the figures of a run say beyond the verdict (regressions are in the Report). Every sentence rests on the facts beside it. */
export interface Analysis {
  bottlenecks: Bottleneck[]
  opportunities: Opportunity[]
  recommendations: AreaAdvice[]
}

/** One measured figure, as it is shown. */
export interface Fact {
  title: string
  value: number
  unit: Unit
}

export interface Bottleneck {
  key: string
  impact: Severity
  /** `slow`: averages over 100 ms. `tail`: its slow calls are far slower than its usual ones. */
  reasons: ('slow' | 'tail')[]
  averageMs: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
  /** Calls more than three robust spreads above the median, and of how many. */
  outliers: { count: number; of: number }
  hotFunctions: HotFunction[]
  recommendation: string
  facts: Fact[]
}

/** A function by its own share of the CPU time, over all sessions that were profiled. */
export interface HotFunction {
  name: string
  url: string
  line: number
  selfPercent: number
}

export type Level = 'high' | 'medium' | 'low'

export interface Opportunity {
  key: string
  kind: string
  priority: Level
  effort: Level
  /** Why the effort is rated so. */
  effortReason: string
  opportunity: string
  potential: string
  /** What the facts allow at most and at least, in per cent of the figure that would improve. */
  gainPercent: { low: number; high: number }
  facts: Fact[]
}

export type Area = 'selection' | 'memory' | 'concurrency' | 'cache' | 'latency'

export interface AreaAdvice {
  area: Area
  title: string
  /** The figure that put the area on the list, and of which benchmark. */
  key: string
  cause: Fact
  limit: Fact
  advice: { text: string; facts: Fact[] }[]
}
