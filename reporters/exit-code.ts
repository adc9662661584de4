import type { TargetResult } from '../plugin/judge/targets.ts'

/** 3 unusable input, 1 regression or failure, 2 inconclusive under `strict`, 0 fine. */
const precedence: readonly number[] = [3, 1, 2, 0]

/**
 * The code that both findings together deserve; a code that is not ours (a crash) stays.
 * @example combineExitCodes(2, 1) // 1
 */
export function combineExitCodes(first: number, second: number): number {
  const [a, b] = [precedence.indexOf(first), precedence.indexOf(second)]
  if (a < 0) return first
  if (b < 0) return second
  return a <= b ? first : second
}

/** What the targets of a run add to its exit code: 1 for a miss under `failOnTarget`, else nothing. */
export function exitCodeOfTargets(results: readonly TargetResult[], failOnTarget: boolean): 0 | 1 {
  return failOnTarget && results.some(({ met }) => !met) ? 1 : 0
}
