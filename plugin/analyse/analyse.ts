import type { Report } from '../judge/report.ts'
import type { Run } from '../run/run.ts'
import type { Analysis } from './analysis.ts'
import { findBottlenecks } from './bottlenecks.ts'
import { gatherFigures } from './figures.ts'
import { findOpportunities } from './opportunities.ts'
import { findRecommendations } from './recommendations.ts'

/** Reads a run and its report for what can be done about it. Pure: the same figures give the same analysis. */
export function analyse(run: Run, report: Report): Analysis {
  const figures = gatherFigures(run, report)
  return {
    bottlenecks: findBottlenecks(figures),
    opportunities: findOpportunities(figures),
    recommendations: findRecommendations(figures),
  }
}
