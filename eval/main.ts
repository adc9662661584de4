import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readBent } from './data/bent.ts'
import { readHostedRunners } from './data/hosted-runners.ts'
import { evaluateInterleaved, evaluateIntervals, evaluateTroubles } from './interleaved.ts'
import { evaluateStored } from './stored.ts'

const root = join(import.meta.dirname, '..')
const data = resolve(root, process.env.EVAL_DATA ?? '../shared/data')

const { interleaved, adjacent } = readBent(join(data, 'bent'))
const hosted = readHostedRunners(join(data, 'hosted-runners.json'))

const report = `# How the verdict compares

Made by \`npm run eval\`; the same data, the same figures. Every rule sees the same samples, one value per process. Shares stand
with their exact 95 % interval (Clopper and Pearson). "False" is \`regressed\` or \`improved\` on identical code; slowdowns are
multiplied into the new side. Rival rules are written after their tools' documentation and pass the tools' own published
figures (\`tests/unit/eval\`). The thresholds and the shape of our rule were chosen with such data in view, the recordings of
hosted runners among them; fresh recordings have yet to confirm them.

## Interleaved processes on a quiet machine

golang/perf's \`bent\` recordings: twelve days, ${interleaved.length} pairs of identical code, twelve processes a side, measured in turns.

${evaluateInterleaved(interleaved)}

${evaluateIntervals(interleaved).join('\n')}

The same with every recording against the next one, also of another day (no longer measured in turns; ${adjacent.length} pairs):

${evaluateInterleaved(adjacent)}

## The same, with trouble added

${evaluateTroubles(interleaved)}

## Stored baselines on hosted runners

Unchanged code, one value per run, every run against those before it (at least ten). "Less control" takes off the log of the
suite's other benchmark in the same run, as calibration does. A run that is found to differ and accepted all the same begins
a new level; at least two values of the level are needed for a verdict. Threshold 10 %.

${evaluateStored(hosted)}
`

const path = join(root, 'docs/evaluation.md')
writeFileSync(path, report)
process.stdout.write(`${report}\nWritten to docs/evaluation.md\n`)
