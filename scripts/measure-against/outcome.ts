import type { AnsweredBenchmark } from '../../plugin/compare/answer.ts'
import type { Lane } from '../../plugin/duet/lane.ts'
import type { SessionResult } from '../../plugin/duet/open-duet.ts'

/** One benchmark's verdict in one run of `against`, with all that it rests on: another rule can be tried on it later. */
export interface Outcome {
  workload: string
  /** How much more work the head does, per cent. */
  effect: number
  /** Practical threshold, per cent. */
  threshold: number
  /** Whether two other processes were kept busy meanwhile. */
  busy: boolean
  /** Timed calls per version and session, ms. */
  time: number
  verdict: AnsweredBenchmark['metrics'][string]['verdict']
  /** Verdict and ratio are null of what was not judged. */
  figures: Record<string, { verdict: string | null; ratio: number | null; values: Partial<Record<Lane, number[]>> }>
  sessions: number
  /** Time spent on it, its share of what all benchmarks of the run have in common included. */
  seconds: number
  /** When, as an ISO date. */
  at: string
}

export function outcomeOf(
  { name, metrics }: AnsweredBenchmark,
  sessions: readonly SessionResult[],
): Pick<Outcome, 'workload' | 'verdict' | 'figures' | 'sessions'> {
  const records = sessions.flatMap(({ observations }) => observations).filter(({ key }) => key === name)
  const names = new Set(records.flatMap(({ record }) => Object.keys(record.figures)))
  const figures = [...names].map((figure) => {
    const { verdict, ratio } = metrics[figure] ?? { verdict: null, ratio: null }
    const values: Partial<Record<Lane, number[]>> = {}
    for (const { record } of records) {
      for (const [lane, value] of Object.entries(record.figures[figure]?.values ?? {}) as [Lane, number][]) {
        values[lane] ??= []
        values[lane].push(Number(value.toPrecision(6)))
      }
    }
    return [figure, { verdict, ratio, values }] as const
  })
  const verdicts = figures.map(([, { verdict }]) => verdict)
  const worst = (['regressed', 'inconclusive', 'improved', 'unchanged'] as const).find((each) =>
    verdicts.includes(each),
  )
  return {
    workload: records[0]!.name,
    verdict: worst ?? 'no-baseline',
    figures: Object.fromEntries(figures),
    sessions: records.length,
  }
}
