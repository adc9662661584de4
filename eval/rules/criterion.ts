import { mean } from '../../plugin/statistics/mean.ts'
import { quantileOfSorted } from '../../plugin/statistics/quantile.ts'
import { sorted } from '../../plugin/statistics/sorted.ts'
import { variance } from '../../plugin/statistics/standard-deviation.ts'
import { seededRandom } from '../seeded-random.ts'
import { bySign, type Rule } from './rule.ts'

/** criterion.rs takes 100,000; the p of 2,000 is within ±.01 of theirs, at a fiftieth of the time. */
const resamples = 2000
/** criterion.rs's defaults: significance level, noise threshold, confidence level. */
const significance = 0.05
const noise = 0.01
const confidence = 0.95

/** Two-sided p of Welch's t by resampling both samples from what they have in common. */
export function bootstrapP(old: readonly number[], next: readonly number[], random: () => number): number {
  const observed = Math.abs(welch(old, next))
  const pool = [...old, ...next]
  let beyond = 0
  for (let round = 0; round < resamples; round++) {
    if (Math.abs(welch(draw(pool, old.length, random), draw(pool, next.length, random))) >= observed) beyond++
  }
  return beyond / resamples
}

/** criterion.rs: bootstrap t p < .05, and the bootstrap interval of the relative change of the mean beyond ±1 %. */
export const criterion: Rule = {
  name: 'criterion.rs: bootstrap t and 1 % noise threshold',
  judge(old, next) {
    const random = seededRandom(1)
    if (bootstrapP(old, next, random) >= significance) return 'open'
    const changes = sorted(
      Array.from(
        { length: resamples },
        () => mean(draw(next, next.length, random)) / mean(draw(old, old.length, random)) - 1,
      ),
    )
    const tail = (1 - confidence) / 2
    return bySign(quantileOfSorted(changes, tail, 7) > noise, quantileOfSorted(changes, 1 - tail, 7) < -noise)
  },
}

function welch(first: readonly number[], second: readonly number[]): number {
  return (mean(second) - mean(first)) / Math.sqrt(variance(first) / first.length + variance(second) / second.length)
}

function draw(values: readonly number[], size: number, random: () => number): number[] {
  return Array.from({ length: size }, () => values[Math.floor(random() * values.length)]!)
}
