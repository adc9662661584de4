import { ratioBounds, Sample } from 'pragmastat'
import { bySign, type Rule } from './rule.ts'

/** The npm package pragmastat: bounds of the ratio of pairs, at a misrate, beyond a threshold. */
export function pragmastatRatio(percent: number, misrate: number): Rule {
  const factor = 1 + percent / 100
  return {
    name: `Pragmastat: ratio bounds beyond ${percent} %, misrate ${misrate}`,
    judge(old, next) {
      const { lower, upper } = ratioBounds(Sample.of([...next]), Sample.of([...old]), misrate)
      if (lower > 1 / factor && upper < factor) return 'unchanged'
      return bySign(lower > factor, upper < 1 / factor)
    },
  }
}
