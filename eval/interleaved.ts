import { median } from '../plugin/statistics/median.ts'
import type { Pair } from './data/bent.ts'
import { markdownTable } from './markdown-table.ts'
import { criterion } from './rules/criterion.ts'
import { oursPaired, oursSequential, oursUnpaired, pairedChange } from './rules/ours.ts'
import { pragmastatRatio } from './rules/pragmastat.ts'
import { asv, benchstat, perfolizerEquivalence } from './rules/rank-tests.ts'
import type { Rule } from './rules/rule.ts'
import { tachometer } from './rules/tachometer.ts'
import { pytestMean, ratioGate, vitestMatcher } from './rules/two-means.ts'
import { seededRandom } from './seeded-random.ts'
import { Tally } from './tally.ts'

/** Slowdowns, multiplied into the new side, per cent. */
const slowdowns = [2, 3, 5, 10, 20]

const paired = oursPaired(3)
const sequential = oursSequential(3)

/** Every rule; those of ours last. */
export const rules: readonly Rule[] = [
  vitestMatcher(0),
  vitestMatcher(0.05),
  ratioGate(1.5),
  ratioGate(2),
  pytestMean(5),
  benchstat,
  tachometer,
  criterion,
  asv,
  perfolizerEquivalence(3),
  pragmastatRatio(3, 0.01),
  oursUnpaired(5),
  paired,
  sequential,
]

/** Processes spoilt in the ways that real machines spoil them; the same for the same seed. */
export const troubles: Record<string, (pair: Pair, random: () => number) => Pair> = {
  'one process in 12 twice as slow': (pair, random) => {
    const at = Math.floor(random() * pair.next.length)
    return { ...pair, next: pair.next.map((value, index) => (index === at ? value * 2 : value)) }
  },
  'both sides drift by 10 % over the run': (pair) => {
    const drift = (values: number[]) => values.map((value, index) => value * (1 + (0.1 * index) / (values.length - 1)))
    return { ...pair, old: drift(pair.old), next: drift(pair.next) }
  },
  'every process at one of two speeds, 10 % apart': (pair, random) => {
    const either = (values: number[]) => values.map((value) => value * (random() < 0.5 ? 1 : 1.1))
    return { ...pair, old: either(pair.old), next: either(pair.next) }
  },
}

/** False verdicts on unchanged code, and power, of all rules on the same samples. */
export function evaluateInterleaved(pairs: readonly Pair[]): { table: string; ours: InterleavedFigures } {
  const ours: InterleavedFigures = { wrong: new Tally(), unchanged: new Tally(), powerAt5: new Tally() }
  const rows = rules.map((rule) => {
    const wrong = new Tally()
    const unchanged = new Tally()
    const open = new Tally()
    const suites = new Map<string, boolean>()
    for (const { old, next, suite } of pairs) {
      const outcome = rule.judge(old, next)
      wrong.add(outcome === 'regressed' || outcome === 'improved')
      unchanged.add(outcome === 'unchanged')
      open.add(outcome === 'open')
      if (rule === paired) {
        ours.wrong.add(outcome === 'regressed' || outcome === 'improved')
        ours.unchanged.add(outcome === 'unchanged')
      }
      suites.set(suite, (suites.get(suite) ?? false) || outcome === 'regressed')
    }
    const powers = slowdowns.map((percent) => {
      const found = new Tally()
      for (const { old, next } of pairs) {
        const outcome = rule.judge(
          old,
          next.map((value) => value * (1 + percent / 100)),
        )
        found.add(outcome === 'regressed')
        if (rule === paired && percent === 5) ours.powerAt5.add(outcome === 'regressed')
      }
      return found.toPercent()
    })
    const spoilt = [...suites.values()].filter(Boolean).length
    return [
      rule.name,
      wrong.toString(),
      `${spoilt} of ${suites.size}`,
      unchanged.toPercent(),
      open.toPercent(),
      ...powers,
    ]
  })
  const heading = [
    'rule',
    'false verdicts, of identical code',
    'suites with a false "regressed"',
    '"unchanged"',
    'open',
    ...slowdowns.map((percent) => `power at +${percent} %`),
  ]
  return { table: markdownTable(heading, rows), ours }
}

export interface InterleavedFigures {
  wrong: Tally
  unchanged: Tally
  powerAt5: Tally
}

/** What trouble does to the rules. */
export function evaluateTroubles(pairs: readonly Pair[]): string {
  const rows = rules.map((rule) => [
    rule.name,
    ...Object.values(troubles).flatMap((spoil) => {
      const random = seededRandom(20261124)
      const spoilt = pairs.map((pair) => spoil(pair, random))
      const wrong = new Tally()
      const found = new Tally()
      for (const { old, next } of spoilt) {
        const outcome = rule.judge(old, next)
        wrong.add(outcome === 'regressed' || outcome === 'improved')
        found.add(
          rule.judge(
            old,
            next.map((value) => value * 1.1),
          ) === 'regressed',
        )
      }
      return [wrong.toPercent(), found.toPercent()]
    }),
  ])
  const heading = ['rule', ...Object.keys(troubles).flatMap((name) => [`${name}: false`, 'power at +10 %'])]
  return markdownTable(heading, rows)
}

/** How often the interval holds the truth, and how soon the looks decide. */
export function evaluateIntervals(pairs: readonly Pair[]): string[] {
  const covered = new Tally()
  const decided = new Tally()
  const used: number[] = []
  const [first = 0] = [pairs[0]?.old.length]
  for (const { old, next } of pairs) {
    const { low, high } = pairedChange(old, next)
    covered.add(low <= 0 && high >= 0)
    const sessions = sequential.sessionsUsed(old, next)
    decided.add(sessions !== null)
    used.push(sessions ?? first)
  }
  return [
    `Coverage of the paired interval (nominal 99 %): ${covered}.`,
    `Decided at the looks after 6 or 10 pairs, identical code: ${decided}; median ${median(used)} pairs.`,
  ]
}
