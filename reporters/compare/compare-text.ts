import type { CompareAnswer } from '../../plugin/compare/answer.ts'
import { plainText } from '../plain-text.ts'
import { compareDoubts, compareRows, compareSentence } from './compare-rows.ts'

const mostDoubts = 8

/** The answer as an aligned table for a terminal, doubts, and the answer in words on the last line. */
export function renderCompareText(answer: CompareAnswer, threshold: number): string {
  const heading = ['benchmark', 'metric', 'old', 'new', 'change', 'verdict', 'sessions']
  const rows = compareRows(answer).map((row) => [
    plainText(row.name, 80),
    plainText(row.metric, 30),
    row.old,
    row.next,
    row.change,
    row.verdict,
    row.sessions,
  ])
  const widths = heading.map((title, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]!.length), title.length),
  )
  const rightAligned = new Set([2, 3])
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (rightAligned.has(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd()
  const doubts = compareDoubts(answer)
  return [
    ...(rows.length === 0 ? [] : [line(heading), ...rows.map(line), '']),
    ...doubts.slice(0, mostDoubts).map(({ text, benchmarks }) => `! ${about(benchmarks)}: ${plainText(text, 400)}`),
    ...(doubts.length > mostDoubts ? [`! and ${doubts.length - mostDoubts} more: --format json has all of them`] : []),
    ...(doubts.length === 0 ? [] : ['']),
    compareSentence(answer, threshold),
  ].join('\n')
}

function about(benchmarks: readonly string[]): string {
  const [first] = benchmarks
  return benchmarks.length === 1 ? plainText(first!, 60) : `${plainText(first!, 60)} and ${benchmarks.length - 1} more`
}
