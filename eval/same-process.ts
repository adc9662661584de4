import { judgePaired } from '../plugin/judge/paired.ts'
import { logThreshold } from '../plugin/judge/policy.ts'
import { median } from '../plugin/statistics/median.ts'
import type { Recording } from './data/recordings.ts'
import { markdownTable } from './markdown-table.ts'
import { lanes } from './record/session-lanes.ts'
import { oursUnpaired } from './rules/ours.ts'
import { benchstat } from './rules/rank-tests.ts'
import { vitestMatcher } from './rules/two-means.ts'
import { Tally } from './tally.ts'

const identical = lanes.flatMap((units, lane) => (units === 100 ? [lane] : []))
const slowed = lanes.flatMap((units, lane) => (units === 100 ? [] : [lane]))
const delta = logThreshold(3)
/** Processes a side for the rules that compare processes. */
const processes = 10

/** The same code, and code made slower, in one process and in processes of their own. */
export function evaluateSameProcess(recordings: readonly Recording[]): {
  table: string
  notes: string[]
  targets: SameProcessFigures
} {
  const paired = tallies()
  const decidedEarly = new Tally()
  const used: number[] = []
  const rivals = [benchstat, vitestMatcher(0.05), oursUnpaired(5)].map((rule) => ({ rule, ...tallies() }))
  const open = new Set<string>()
  for (const { workload, sessions } of recordings) {
    const lane = (index: number) => sessions.map((session) => session[index]!)
    for (const base of identical) {
      for (const head of [...identical.filter((each) => each > base), ...slowed]) {
        const second = identical.find((each) => each !== base && each !== head)!
        const judgement = judgePaired(
          sessions.map((session) => ({
            change: Math.log(session[head]! / session[base]!),
            nullChange: Math.log(session[second]! / session[base]!),
          })),
          delta,
        )
        count(paired, head, judgement.verdict)
        if (lanes[head] === 110 && judgement.verdict === 'inconclusive') {
          const doubts = judgement.looks.at(-1)?.doubts.map(({ code }) => code) ?? []
          open.add(`${workload} (${doubts.join(', ') || 'interval too wide'})`)
        }
        const taken = judgement.looks.at(-1)?.sessions ?? sessions.length
        used.push(taken)
        decidedEarly.add(judgement.verdict !== 'inconclusive' && taken <= 16)
        for (const rival of rivals) {
          const outcome = rival.rule.judge(lane(base).slice(0, processes), lane(head).slice(processes, 2 * processes))
          count(rival, head, outcome)
        }
      }
    }
  }
  const rows = [
    ...rivals.map((rival) => row(`${rival.rule.name} (${processes}+${processes} processes)`, rival)),
    row('vitest-verdict, in one process, four looks, 3 %', paired),
  ]
  const table = markdownTable(
    ['rule', 'false, of identical code', '"unchanged"', ...slowed.map((lane) => `power at +${lanes[lane]! - 100} %`)],
    rows,
  )
  const power = (units: number) => paired.found.get(lanes.indexOf(units as never))!
  return {
    table,
    notes: [
      `Median ${median(used)} sessions to the end; decided by the look after 16: ${decidedEarly}.`,
      `Left open at +10 %: ${[...open].join('; ') || 'none'}.`,
    ],
    targets: {
      wrong: paired.wrong,
      powerAt5: power(105),
      powerAt10: power(110),
      decidedEarly,
      medianSessions: median(used),
    },
  }
}

export interface SameProcessFigures {
  wrong: Tally
  powerAt5: Tally
  powerAt10: Tally
  decidedEarly: Tally
  medianSessions: number
}

interface Tallies {
  wrong: Tally
  unchanged: Tally
  /** By lane. */
  found: Map<number, Tally>
}

function tallies(): Tallies {
  return { wrong: new Tally(), unchanged: new Tally(), found: new Map(slowed.map((lane) => [lane, new Tally()])) }
}

function count({ wrong, unchanged, found }: Tallies, head: number, outcome: string): void {
  const power = found.get(head)
  if (power !== undefined) {
    power.add(outcome === 'regressed')
    return
  }
  wrong.add(outcome === 'regressed' || outcome === 'improved')
  unchanged.add(outcome === 'unchanged')
}

function row(name: string, { wrong, unchanged, found }: Tallies): string[] {
  return [name, wrong.toString(), unchanged.toPercent(), ...[...found.values()].map((tally) => tally.toPercent())]
}
