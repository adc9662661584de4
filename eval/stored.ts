import { verdictAlpha } from '../plugin/judge/alpha.ts'
import { predictFromHistory } from '../plugin/judge/history.ts'
import { logThreshold } from '../plugin/judge/policy.ts'
import { verdictOf } from '../plugin/judge/verdict.ts'
import { intervalOf } from '../plugin/statistics/estimate.ts'
import type { HostedSeries } from './data/hosted-runners.ts'
import { markdownTable } from './markdown-table.ts'
import { bencher } from './rules/bencher.ts'
import { Tally } from './tally.ts'

/** The history every rule has at the least. */
const leastHistory = 10
const slowdowns = [0, 10, 20, 30]
const delta = logThreshold(10)
/** Bencher's advice for the number of samples. */
const bencherHistory = 30

/** Whether a run is flagged as slower than the runs before it; `history` begins where the level last restarted. */
interface StoredRule {
  name: string
  series: (series: HostedSeries) => number[] | null
  flags(all: readonly number[], history: readonly number[], next: number): boolean
  /** Whether accepting a run found to differ begins a new level. */
  restarts: boolean
}

const raw = ({ logs }: HostedSeries) => logs
const controlled = ({ lessControl }: HostedSeries) => lessControl
const ratio = (all: readonly number[], next: number) => next - all.at(-1)! > delta
const boundary = (all: readonly number[], next: number) => bencher(all.slice(-bencherHistory), next)
const ours = (history: readonly number[], next: number) => verdictOfRun(history, next) === 'regressed'

const rules: readonly StoredRule[] = [
  { name: 'ratio to the last run above 1.1', series: raw, flags: (all, _, next) => ratio(all, next), restarts: false },
  { name: 'Bencher, t boundary .977', series: raw, flags: (all, _, next) => boundary(all, next), restarts: false },
  { name: 'vitest-verdict, no control', series: raw, flags: (_, history, next) => ours(history, next), restarts: true },
  {
    name: 'ratio to the last run above 1.1, less control',
    series: controlled,
    flags: (all, _, next) => ratio(all, next),
    restarts: false,
  },
  {
    name: 'Bencher, t boundary .977, less control',
    series: controlled,
    flags: (all, _, next) => boundary(all, next),
    restarts: false,
  },
  {
    name: 'vitest-verdict, less control, no restart',
    series: controlled,
    flags: (_, history, next) => ours(history, next),
    restarts: false,
  },
  {
    name: 'vitest-verdict, less control',
    series: controlled,
    flags: (_, history, next) => ours(history, next),
    restarts: true,
  },
]

/** Runs of unchanged code on hosted machines, one value each: every run against those before it. */
export function evaluateStored(all: readonly HostedSeries[]): { table: string; wrong: Tally; powerAt20: Tally } {
  let ours = { wrong: new Tally(), powerAt20: new Tally() }
  const rows = rules.map((rule) => {
    const tallies = slowdowns.map(() => new Tally())
    for (const series of all) {
      const values = rule.series(series)
      if (values !== null) walk(rule, values, tallies)
    }
    if (rule === rules.at(-1)) ours = { wrong: tallies[0]!, powerAt20: tallies[slowdowns.indexOf(20)]! }
    return [rule.name, tallies[0]!.toString(), ...tallies.slice(1).map((tally) => tally.toString())]
  })
  const table = markdownTable(
    ['rule', 'false, of unchanged code', ...slowdowns.slice(1).map((percent) => `power at +${percent} %`)],
    rows,
  )
  return { table, ...ours }
}

function walk(rule: StoredRule, values: readonly number[], tallies: readonly Tally[]): void {
  let start = 0
  for (let at = 1; at < values.length; at++) {
    const history = values.slice(start, at)
    if (at >= leastHistory) {
      slowdowns.forEach((percent, index) => {
        tallies[index]!.add(rule.flags(values.slice(0, at), history, values[at]! + Math.log1p(percent / 100)))
      })
    }
    const verdict = rule.restarts ? verdictOfRun(history, values[at]!) : 'open'
    if (verdict === 'regressed' || verdict === 'improved') start = at
  }
}

function verdictOfRun(history: readonly number[], next: number): string {
  const estimate = predictFromHistory(history, next)
  return estimate === null ? 'open' : verdictOf(intervalOf(estimate, verdictAlpha), delta)
}
