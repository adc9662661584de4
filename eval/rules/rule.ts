/** What a rule says of a pair of samples; rules that know no "unchanged" say `open`. */
export type Outcome = 'regressed' | 'improved' | 'unchanged' | 'open'

/** A way to tell whether `next` is slower than `old`: one value per process, lower is better. */
export interface Rule {
  name: string
  judge(old: readonly number[], next: readonly number[]): Outcome
}

/** One answer for a change upwards and one for a change downwards, by their tests. */
export function bySign(worse: boolean, better: boolean): Outcome {
  return worse ? 'regressed' : better ? 'improved' : 'open'
}
