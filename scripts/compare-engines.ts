/**
 * Compares our measuring with the built-in provider, with autocannon and with queueing theory: `npm run bench:engine`, or
 * `node scripts/compare-engines.ts <section …>`. About 8 minutes in all; close other programs.
 */
import { parseArgs } from 'node:util'
import { closedModel } from './compare-engines/closed-model.ts'
import { doubleWork } from './compare-engines/double-work.ts'
import { harnessCost } from './compare-engines/harness-cost.ts'
import { memoryHeld } from './compare-engines/memory-held.ts'
import { openModel } from './compare-engines/open-model.ts'
import { orderEffect } from './compare-engines/order-effect.ts'
import { precision } from './compare-engines/precision.ts'
import { queue } from './compare-engines/queue.ts'
import type { Section } from './compare-engines/section.ts'

const sections: Record<string, Section> = {
  precision,
  'memory-held': memoryHeld,
  'double-work': doubleWork,
  'order-effect': orderEffect,
  'open-model': openModel,
  'harness-cost': harnessCost,
  'closed-model': closedModel,
  queue,
}

const { positionals } = parseArgs({ allowPositionals: true })
const unknown = positionals.filter((name) => !(name in sections))
if (unknown.length > 0) {
  console.error(`Unknown section ${unknown.join(', ')}. Known: ${Object.keys(sections).join(', ')}`)
  process.exit(3)
}
console.log('| what | target | measured | met |\n|---|---|---|---|')
for (const name of positionals.length > 0 ? positionals : Object.keys(sections)) {
  for (const { what, target, measured, met } of await sections[name]!()) {
    console.log(`| ${what} | ${target} | ${measured} | ${met ? 'yes' : '**no**'} |`)
  }
}
