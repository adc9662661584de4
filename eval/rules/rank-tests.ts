import { mannWhitney } from '../../plugin/statistics/mann-whitney.ts'
import { median } from '../../plugin/statistics/median.ts'
import { bySign, type Rule } from './rule.ts'

/** benchstat, and google/benchmark's compare.py: Mann-Whitney, p < .05. */
export const benchstat: Rule = {
  name: 'benchstat: Mann-Whitney p < .05',
  judge(old, next) {
    if (mannWhitney(old, next).p >= 0.05) return 'open'
    return bySign(median(next) > median(old), median(next) < median(old))
  },
}

/** asv `continuous`/`compare`: Mann-Whitney p < .002 and a factor of 1.1. */
export const asv: Rule = {
  name: 'asv: Mann-Whitney p < .002 and factor 1.1',
  judge(old, next) {
    if (mannWhitney(old, next).p >= 0.002) return 'open'
    return bySign(median(next) > median(old) * 1.1, median(old) > median(next) * 1.1)
  },
}

/**
 * BenchmarkDotNet (Perfolizer's SimpleEquivalenceTest): one-sided Mann-Whitney of one side against the other moved by the
 * threshold, at α = 1e-5; the same in both directions for equivalence.
 */
export function perfolizerEquivalence(percent: number, alpha = 1e-5): Rule {
  const factor = 1 + percent / 100
  const exceeds = (greater: readonly number[], smaller: readonly number[]) =>
    mannWhitney(
      greater,
      smaller.map((value) => value * factor),
    ).pGreater < alpha
  return {
    name: `BenchmarkDotNet: Mann-Whitney beyond ${percent} %, α ${alpha}`,
    judge(old, next) {
      return bySign(exceeds(next, old), exceeds(old, next))
    },
  }
}
