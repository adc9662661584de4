import { clopperPearson } from '../../plugin/statistics/clopper-pearson.ts'
import { median } from '../../plugin/statistics/median.ts'
import type { Outcome } from './outcome.ts'

/** How near to the truth an estimate shall be, percentage points. */
const NEAR = 1

/** Verdicts by machine, truth and threshold, as a table in Markdown; counts with their 95 % Clopper-Pearson bounds. */
export function evaluationTable(outcomes: readonly Outcome[]): string {
  const groups = Map.groupBy(
    outcomes.toSorted(
      (a, b) => Number(a.busy) - Number(b.busy) || a.effect - b.effect || b.threshold - a.threshold || a.time - b.time,
    ),
    ({ effect, threshold, busy, time }) =>
      `| ${busy ? 'busy' : 'calm'} | ${effect === 0 ? 'same code' : `+${effect} %`} | ${threshold} % | ${time} ms |`,
  )
  return [
    `| machine | truth | threshold | time | verdicts | regressed | unchanged | inconclusive | improved | estimate within ${NEAR} point | seconds each, median | sessions, median |`,
    '|---|---|---|---|---|---|---|---|---|---|---|---|',
    ...[...groups].map(([group, ofGroup]) => `${group} ${row(ofGroup).join(' | ')} |`),
  ].join('\n')
}

function row(outcomes: readonly Outcome[]): (string | number)[] {
  const share = (holds: (outcome: Outcome) => boolean) => {
    const count = outcomes.filter(holds).length
    const [low, high] = clopperPearson(count, outcomes.length, 0.95)
    const percent = (value: number) => (value * 100).toFixed(value > 0 && value < 0.01 ? 2 : 1)
    return `${count} = ${percent(count / outcomes.length)} % (${percent(low)} to ${percent(high)})`
  }
  const typical = (figure: (outcome: Outcome) => number, digits: number) => median(outcomes.map(figure)).toFixed(digits)
  return [
    outcomes.length,
    ...(['regressed', 'unchanged', 'inconclusive', 'improved'] as const).map((each) =>
      share(({ verdict }) => verdict === each),
    ),
    share(({ figures, effect }) => {
      const ratio = figures.duration_quartile?.ratio ?? Number.NaN
      return Math.abs((ratio - 1) * 100 - effect) <= NEAR
    }),
    typical(({ seconds }) => seconds, 1),
    typical(({ sessions }) => sessions, 0),
  ]
}
