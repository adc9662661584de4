/** One line of the comparison: what was aimed at and what was measured. */
export interface Row {
  what: string
  target: string
  measured: string
  met: boolean
}

/** One question of the comparison; takes minutes at the most. */
export type Section = () => Promise<Row[]>

/** Formats a share as per cent. */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`
}
