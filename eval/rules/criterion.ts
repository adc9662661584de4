import { quantileOfSorted } from '../../plugin/statistics/quantile.ts'
import { sorted } from '../../plugin/statistics/sorted.ts'
import { welchTTest } from '../../plugin/statistics/t-test.ts'
import { seededRandom } from '../seeded-random.ts'
import { bySign, type Rule } from './rule.ts'

/** criterion.rs takes 100,000; the p of 1,000 is within ±.014 of theirs, at a hundredth of the time. */
const resamples = 1000
/** criterion.rs's defaults: significance level, noise threshold, confidence level. */
const significance = 0.05
const noise = 0.01
const confidence = 0.95

/** Two-sided p of Welch's t by resampling both samples from what they have in common. */
export function bootstrapP(old: readonly number[], next: readonly number[], random: () => number): number {
  const observed = Math.abs(welchTTest(old, next).t)
  const pool = [...old, ...next]
  let beyond = 0
  for (let round = 0; round < resamples; round++) {
    const first = draw(pool, old.length, random)
    const second = draw(pool, next.length, random)
    const error = Math.sqrt(first.variance / old.length + second.variance / next.length)
    if (Math.abs(second.mean - first.mean) / error >= observed) beyond++
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
        () => draw(next, next.length, random).mean / draw(old, old.length, random).mean - 1,
      ),
    )
    const tail = (1 - confidence) / 2
    return bySign(quantileOfSorted(changes, tail, 7) > noise, quantileOfSorted(changes, 1 - tail, 7) < -noise)
  },
}

/** Mean and variance of values drawn with replacement, in one pass (the first value taken off, against cancellation). */
function draw(values: readonly number[], size: number, random: () => number): { mean: number; variance: number } {
  const origin = values[0]!
  let sum = 0
  let squares = 0
  for (let index = 0; index < size; index++) {
    const value = values[Math.floor(random() * values.length)]! - origin
    sum += value
    squares += value * value
  }
  return { mean: origin + sum / size, variance: Math.max(0, (squares - (sum * sum) / size) / (size - 1)) }
}
