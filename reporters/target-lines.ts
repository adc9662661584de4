import type { TargetResult } from '../plugin/judge/targets.ts'
import { plainText } from './plain-text.ts'

/**
 * What is said of a target that a figure missed.
 * @example missedTarget({ key: 'cache_warm', figure: 'p95Ms', aim: '< 10', value: 12.345678, met: false })
 * // 'Target missed: cache_warm p95Ms < 10, measured 12.35'
 */
export function missedTarget({ key, figure, aim, value }: TargetResult): string {
  return plainText(`Target missed: ${key} ${figure} ${aim}, measured ${Number(value.toPrecision(4))}`, 500)
}

/** How many were met and missed; empty where a project has no targets. */
export function countTargets(results: readonly TargetResult[]): string[] {
  const missed = results.filter(({ met }) => !met).length
  return results.length === 0 ? [] : [`Targets: ${results.length - missed} met, ${missed} missed.`]
}
