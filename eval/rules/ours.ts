import { verdictAlpha } from '../../plugin/judge/alpha.ts'
import { judgePaired } from '../../plugin/judge/paired.ts'
import { logThreshold } from '../../plugin/judge/policy.ts'
import { verdictOf } from '../../plugin/judge/verdict.ts'
import { type Change, intervalOf } from '../../plugin/statistics/estimate.ts'
import { pairedYuen, unpairedYuen } from '../../plugin/statistics/yuen.ts'
import type { Outcome, Rule } from './rule.ts'

/** The interval at one look of the paired sessions. */
export function pairedChange(old: readonly number[], next: readonly number[]): Change {
  return intervalOf(pairedYuen(logRatios(old, next))!, verdictAlpha)
}

/** Paired log-ratios, one look at one-sided α .005: what `compare --paired` does. */
export function oursPaired(percent: number): Rule {
  return {
    name: `vitest-verdict, paired, one look, ${percent} %`,
    judge: (old, next) => outcome(verdictOf(pairedChange(old, next), logThreshold(percent))),
  }
}

/** The looks fixed in advance, as many as the sessions allow. */
export function oursSequential(
  percent: number,
): Rule & { sessionsUsed(old: readonly number[], next: readonly number[]): number | null } {
  const judgement = (old: readonly number[], next: readonly number[]) =>
    judgePaired(
      logRatios(old, next).map((change) => ({ change, nullChange: null })),
      logThreshold(percent),
    )
  return {
    name: `vitest-verdict, paired, looks after 6 and 10, ${percent} %`,
    judge: (old, next) => outcome(judgement(old, next).verdict),
    sessionsUsed(old, next) {
      const { verdict, looks } = judgement(old, next)
      return verdict === 'inconclusive' ? null : (looks.at(-1)?.sessions ?? null)
    },
  }
}

/** Yuen-Welch on two independent samples: what `compare` does. */
export function oursUnpaired(percent: number): Rule {
  return {
    name: `vitest-verdict, unpaired, ${percent} %`,
    judge(old, next) {
      const estimate = unpairedYuen(old.map(Math.log), next.map(Math.log))!
      return outcome(verdictOf(intervalOf(estimate, verdictAlpha), logThreshold(percent)))
    },
  }
}

function logRatios(old: readonly number[], next: readonly number[]): number[] {
  return next.map((value, index) => Math.log(value / old[index]!))
}

function outcome(verdict: ReturnType<typeof verdictOf>): Outcome {
  return verdict === 'inconclusive' ? 'open' : verdict
}
