/**
 * Compares our measuring with the built-in provider, with autocannon and with queueing theory, and prints a table:
 * `npm run bench:engine`, or `node bench/engine/table.ts <section …>`. About 8 minutes in all; close other programs.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { matchesKey, type Target } from '../../plugin/judge/targets.ts'
import { readTargets } from '../../plugin/store/read-targets.ts'
import type { Row } from './section.ts'
import { sections } from './sections.ts'

const { positionals } = parseArgs({ allowPositionals: true })
const unknown = positionals.filter((name) => !(name in sections))
if (unknown.length > 0) {
  console.error(`Unknown section ${unknown.join(', ')}. Known: ${Object.keys(sections).join(', ')}`)
  process.exit(3)
}
const targets = await readTargets(fileURLToPath(new URL('../..', import.meta.url)))
console.log('| what | target | measured | met |\n|---|---|---|---|')
for (const name of positionals.length > 0 ? positionals : Object.keys(sections)) {
  await sections[name]!((row) => {
    const aims = targets.filter(({ benchmark, figure }) => matchesKey(benchmark, row.key) && figure in row.figures)
    const met = aims.length > 0 && aims.every((aim) => isMet(aim, row))
    console.log(`| ${row.title} | ${aims.map(describeAim).join(', ')} | ${row.details} | ${met ? 'yes' : '**no**'} |`)
  })
}

function isMet({ figure, below, above }: Target, { figures }: Row): boolean {
  const { value } = figures[figure]!
  return below === undefined ? value > above! : value < below
}

function describeAim({ figure, below, above }: Target): string {
  return `\`${figure}\` ${below === undefined ? `> ${above}` : `< ${below}`}`
}
