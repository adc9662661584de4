import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readBent } from './data/bent.ts'
import { readHostedRunners } from './data/hosted-runners.ts'
import { readRecordings } from './data/recordings.ts'
import { evaluateInterleaved, evaluateIntervals, evaluateTroubles } from './interleaved.ts'
import { markdownTable } from './markdown-table.ts'
import { evaluateSameProcess } from './same-process.ts'
import { evaluateStored } from './stored.ts'
import type { Tally } from './tally.ts'

const root = join(import.meta.dirname, '..')
const data = resolve(root, process.env.EVAL_DATA ?? '../shared/data')

const { interleaved, adjacent } = readBent(join(data, 'bent'))
const quiet = evaluateInterleaved(interleaved)
const stored = evaluateStored(readHostedRunners(join(data, 'hosted-runners.json')))
const conditions = ['calm', 'loaded'].flatMap((condition) => {
  const recordings = readRecordings(join(import.meta.dirname, 'recordings', `${condition}.json`))
  return recordings === null ? [] : [{ condition, recordings, ...evaluateSameProcess(recordings) }]
})

const verdict = (hit: boolean) => (hit ? 'met' : '**missed**')
const asFarAsSeen = 'met as far as seen: too few to show it'
const atLeast = (tally: Tally, percent: number) => {
  const shown = tally.interval[0] * 100 >= percent
  return [tally.toString(), shown || tally.share * 100 < percent ? verdict(shown) : asFarAsSeen]
}
const atMost = (tally: Tally, percent: number) => {
  const shown = tally.interval[1] * 100 <= percent
  return [tally.toString(), shown || tally.share * 100 > percent ? verdict(shown) : asFarAsSeen]
}

const targets = markdownTable(
  ['target', 'measured', ''],
  [
    ['interleaved, quiet: 0 or 1 false verdict', quiet.ours.wrong.toString(), verdict(quiet.ours.wrong.hits <= 1)],
    ['interleaved, quiet: power at +5 % of 97 %', ...atLeast(quiet.ours.powerAt5, 97)],
    ['interleaved, quiet: 85 % certified `unchanged`', ...atLeast(quiet.ours.unchanged, 85)],
    ...conditions.flatMap(({ condition, targets: figures }) => [
      [`one process, ${condition}: at most 0.2 % false`, ...atMost(figures.wrong, 0.2)],
      [`one process, ${condition}: power at +5 % of 98 %`, ...atLeast(figures.powerAt5, 98)],
      [`one process, ${condition}: power at +10 % of 99 %`, ...atLeast(figures.powerAt10, 99)],
      [
        `one process, ${condition}: median of 12 sessions at most`,
        String(figures.medianSessions),
        verdict(figures.medianSessions <= 12),
      ],
      [`one process, ${condition}: 60 % decided before the last look`, ...atLeast(figures.decidedEarly, 60)],
    ]),
    ['stored, hosted runners: at most 1.2 % false at 10 %', ...atMost(stored.wrong, 1.2)],
    ['stored, hosted runners: power at +20 % of 85 %', ...atLeast(stored.powerAt20, 85)],
  ],
)

const report = `# How the verdict compares

Made by \`npm run eval\`; the same data, the same figures. Every rule sees the same samples, one value per process. Shares stand
with their exact 95 % interval (Clopper and Pearson). "False" is \`regressed\` or \`improved\` on identical code; in recordings of
others, slowdowns are multiplied into the new side. Rival rules are written after their tools' documentation and pass the
tools' own published figures (\`tests/unit/eval\`). The thresholds and the shape of our rule were chosen with such data in
view, the recordings of hosted runners among them.

## Targets

${targets}

## Interleaved processes on a quiet machine

golang/perf's \`bent\` recordings: twelve days, ${interleaved.length} pairs of identical code, twelve processes a side, measured in turns.

${quiet.table}

${evaluateIntervals(interleaved).join('\n')}

The same with every recording against the next one, also of another day (no longer measured in turns; ${adjacent.length} pairs):

${evaluateInterleaved(adjacent).table}

## The same, with trouble added

${evaluateTroubles(interleaved)}
${conditions
  .map(
    ({ condition, recordings, table, notes }) => `
## Two versions in one process, ${condition === 'calm' ? 'no load added' : 'two other processes busy half of the time'}

Recorded with \`eval/record/main.ts\` on a shared virtual machine with two processors: ${recordings.length} workloads (CPU, allocation, async, I/O),
${recordings[0]?.sessions.length ?? 0} processes, nine lanes in turns of about 100 ms each: four times the same code, and 2, 3, 5, 10 and 20 % more work.
Pairs of lanes share their workload, so they are not independent.

${table}

${notes.join('\n')}
`,
  )
  .join('')}
## Stored baselines on hosted runners

Unchanged code, one value per run, every run against those before it (at least ten). "Less control" takes off the log of the
suite's other benchmark in the same run, as calibration does. A run that is found to differ and accepted all the same begins
a new level; at least two values of the level are needed for a verdict. Threshold 10 %.

${stored.table}
`

const path = join(root, 'docs/evaluation.md')
writeFileSync(path, report)
process.stdout.write(`${targets}\n\nWritten to docs/evaluation.md\n`)
