import type { TargetResult } from '../plugin/judge/targets.ts'
import { plainText } from './plain-text.ts'

/**
 * What is said of a target that a figure missed.
 * @example missedTarget({ key: 'cache_warm', figure: 'p95Ms', aim: '< 10', value: 12.345678, met: false })
 * // 'Target missed: cache_warm p95Ms < 10, measured 12.35'
 */
function missedTarget({ key, figure, aim, value }: TargetResult): string {
  return plainText(`Target missed: ${key} ${figure} ${aim}, measured ${Number(value.toPrecision(4))}`, 500)
}

/**
 * What is said of a run's targets: those that were missed, and how many were met; nothing where a project has none.
 * @param paint colours a missed one
 */
export function targetLines(results: readonly TargetResult[], paint = (text: string) => text): string[] {
  if (results.length === 0) return []
  const missed = results.filter(({ met }) => !met)
  const count = `Targets: ${results.length - missed.length} met, ${missed.length} missed.`
  return [...missed.map((result) => paint(missedTarget(result))), count]
}
