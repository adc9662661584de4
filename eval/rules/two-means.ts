import { mean } from '../../plugin/statistics/mean.ts'
import { bySign, type Rule } from './rule.ts'

/** Vitest's `toBeSlowerThan(other, { delta })`: two raw means. */
export function vitestMatcher(delta: number): Rule {
  return {
    name: `Vitest toBeSlowerThan, delta ${delta}`,
    judge: (old, next) => bySign(mean(next) > mean(old) * (1 + delta), mean(next) < mean(old) * (1 - delta)),
  }
}

/** pytest-benchmark's `--benchmark-compare-fail=mean:5%`: change of the mean in per cent above the threshold. */
export function pytestMean(percent: number): Rule {
  const changePercent = (old: readonly number[], next: readonly number[]) => (mean(next) / mean(old)) * 100 - 100
  return {
    name: `pytest-benchmark mean:${percent}%`,
    judge: (old, next) => bySign(changePercent(old, next) > percent, changePercent(next, old) > percent),
  }
}

/** github-action-benchmark's alert: ratio of the reported values (means) above the threshold. */
export function ratioGate(threshold: number): Rule {
  return {
    name: `github-action-benchmark, alert at ${threshold}`,
    judge: (old, next) => bySign(mean(next) / mean(old) > threshold, mean(old) / mean(next) > threshold),
  }
}
