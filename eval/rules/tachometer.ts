import { mean } from '../../plugin/statistics/mean.ts'
import { variance } from '../../plugin/statistics/standard-deviation.ts'
import { studentTQuantile } from '../../plugin/statistics/student-t.ts'
import { bySign, type Rule } from './rule.ts'

/**
 * tachometer's interval of the relative difference of two means, 95 %: the difference of the sampling distributions over the
 * old mean, the ratio's variance by the delta method, Student's t with n₁ + n₂ − 2 degrees of freedom.
 */
export function relativeDifference(old: readonly number[], next: readonly number[]): [low: number, high: number] {
  const [a, b] = [mean(old), mean(next)]
  const estimate = (b - a) / a
  const spread = Math.sqrt((variance(old) / old.length) * (b / a ** 2) ** 2 + variance(next) / next.length / a ** 2)
  const half = studentTQuantile(0.975, old.length + next.length - 2) * spread
  return [estimate - half, estimate + half]
}

/** One look, horizon 0 %: slower when the interval lies above 0. */
export const tachometer: Rule = {
  name: 'tachometer: t interval of means, one look',
  judge(old, next) {
    const [low, high] = relativeDifference(old, next)
    return bySign(low > 0, high < 0)
  },
}
