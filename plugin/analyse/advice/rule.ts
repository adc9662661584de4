import type { Area, Fact } from '../analysis.ts'
import type { Figures } from '../figures.ts'

/** One area of MISSION.md's "Recommendations by area". */
export interface AreaRule {
  area: Area
  title: string
  /** The worst benchmark of the area and the figure that broke the limit; null when the area is fine. */
  find(all: readonly Figures[]): Finding | null
  /** Each sentence with the facts that support it for this finding; without facts it is not printed. */
  advice: { text: string; facts(finding: Finding, all: readonly Figures[]): Fact[] }[]
}

export interface Finding {
  figures: Figures
  cause: Fact
  limit: Fact
}

/** The average over all calls as a fact. */
export function averageFact({ statistics }: Figures): Fact {
  return { title: 'Average', value: statistics.averageMs * 1e6, unit: 'ns' }
}

/** The facts when all of them are there and the condition holds, else none. */
export function supported(condition: boolean, ...facts: (Fact | null)[]): Fact[] {
  return condition && facts.every((fact) => fact !== null) ? facts : []
}
