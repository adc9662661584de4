import type { CompareAnswer } from '../../plugin/compare/answer.ts'
import { escapeMarkdown } from '../escape-markdown.ts'
import { compareDoubts, compareRows, compareSentence } from './compare-rows.ts'

/** The answer as Markdown: the sentence, a table, doubts. */
export function renderCompareMarkdown(answer: CompareAnswer, threshold: number): string {
  const rows = compareRows(answer).map(
    ({ name, metric, old, next, change, verdict, sessions }) =>
      `| ${[name, metric, old, next, change, verdict, sessions].map((cell) => escapeMarkdown(cell)).join(' | ')} |`,
  )
  const table =
    rows.length === 0
      ? []
      : [
          '',
          '| benchmark | metric | old | new | change | verdict | sessions |',
          '| --- | --- | ---: | ---: | --- | --- | --- |',
          ...rows,
        ]
  const doubts = compareDoubts(answer).map(
    ({ text, benchmarks }) =>
      `- ${escapeMarkdown(benchmarks[0]!)}${benchmarks.length > 1 ? ` and ${benchmarks.length - 1} more` : ''}: ${escapeMarkdown(text, 400)}`,
  )
  return [
    `**${escapeMarkdown(compareSentence(answer, threshold))}**`,
    ...table,
    ...(doubts.length === 0 ? [] : ['', ...doubts]),
    '',
  ].join('\n')
}
