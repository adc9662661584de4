/**
 * Nominal one-sided error of a verdict (VERDICT.md rule 4). Nominal, since sessions are few and their errors not quite normal;
 * docs/evaluation.md has what was observed.
 */
export const verdictAlpha = 0.005

/** One-sided error at which a benchmark is flagged for a confirming batch (rule 7). */
export const screeningAlpha = 0.05

/** The error shared out among the looks of a paired run. */
export const pairedLooks = [6, 10, 16, 24] as const

/** Each look of a paired run is taken at this one-sided error, so that all together stay within `verdictAlpha`. */
export const pairedLookAlpha = verdictAlpha / pairedLooks.length
