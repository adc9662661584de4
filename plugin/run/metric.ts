/**
 * One measured figure of one session. Self-describing, so that a figure which a user's benchmark invents is judged by the
 * same rules as the built-in ones.
 */
export type Metric = Quantity | Rate | Count

interface MetricBase {
  /** How reports name it, e.g. `Average Duration`. */
  title: string
  /** Which way is better. */
  direction: Direction
  /** Whether its verdict counts for the verdict of the benchmark; figures that only inform leave it false. */
  gate: boolean
}

/** A positive size, compared on the log scale (VERDICT.md rule 2). */
export interface Quantity extends MetricBase {
  kind: 'quantity'
  value: number
  unit: Unit
  /**
   * Name of the metric that this one is left of when another is taken away, such as the whole time that an overhead is got from.
   * What moves the whole by 1 % from run to run moves a tenth of it by 10 %, and the verdict allows for that.
   */
  partOf?: string
}

/** A share of successes, compared as a difference in percentage points (rule 9). */
export interface Rate extends MetricBase {
  kind: 'rate'
  numerator: number
  denominator: number
  unit: '%'
}

/** A number that is the same whenever the same code runs; compared exactly. */
export interface Count extends MetricBase {
  kind: 'count'
  value: number
  unit: Unit
}

export type Direction = 'lower' | 'higher'

/** `ns` nanoseconds, `B` bytes, `1/s` per second, `%` per cent, `1` a plain number. */
export type Unit = 'ns' | 'B' | '1/s' | '%' | '1'

/** Whether a figure in this unit is a matter of speed: of the code's and of the machine's. */
export function isTimed(unit: Unit): boolean {
  return unit === 'ns' || unit === '1/s'
}

/**
 * Names of the built-in metrics. `duration_median` is the median over rounds of the time per iteration; `duration_mean`
 * the mean over long rounds (at least 20 ms, garbage collection included), rule 3 of VERDICT.md; `duration_quartile` the
 * lower quartile over short rounds. Of a load in steps `duration_first_step` is the median at the first level and
 * `max_throughput` the most that came through at any.
 */
export type BuiltInMetricName =
  | 'duration_median'
  | 'duration_mean'
  | 'duration_quartile'
  | 'duration_min'
  | 'duration_max'
  | 'duration_p95'
  | 'duration_p99'
  | 'duration_first_step'
  | 'throughput'
  | 'max_throughput'
  | 'success_rate'
  | 'memory_per_operation'
  | 'memory_average'
  | 'memory_peak'
