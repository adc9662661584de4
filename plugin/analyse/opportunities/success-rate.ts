import type { Fact, Opportunity } from '../analysis.ts'
import type { Figures } from '../figures.ts'

/** MISSION.md: success rate over 99 %. */
const wantedPercent = 99
/** Below this, one call in twenty fails: nothing else matters more. */
const urgentPercent = 95
/** Failures that a limit or a retry decides about, not the work itself. */
const settings = /time|abort|429|rate|limit|too many|ECONNRESET|ECONNREFUSED|503|overload/i

/** Calls that fail. */
export function raiseSuccessRate({ key, statistics, failures }: Figures): Opportunity[] {
  const { successRate, failed, iterations } = statistics
  if (!(successRate < wantedPercent)) return []
  const kinds = Object.entries(failures)
  const [commonest] = kinds
  const bySetting = commonest !== undefined && settings.test(commonest[0])
  const facts: Fact[] = [
    { title: 'Success rate', value: successRate, unit: '%' },
    { title: `Failed of ${iterations} calls`, value: failed, unit: '1' },
    ...kinds.slice(0, 3).map(([kind, count]): Fact => ({ title: `Failed with ${kind}`, value: count, unit: '1' })),
  ]
  return [
    {
      key,
      kind: 'success-rate',
      priority: successRate < urgentPercent ? 'high' : 'medium',
      effort: bySetting ? 'low' : 'medium',
      effortReason: bySetting
        ? `most failures are ${commonest[0]}: a matter of time limits, rates and retries`
        : 'the failing calls have to be found first',
      opportunity: 'Low success rate',
      potential: `Up to ${Math.round((100 - successRate) * 10)} more of 1,000 calls succeed`,
      gainPercent: { low: wantedPercent - successRate, high: 100 - successRate },
      facts,
    },
  ]
}
