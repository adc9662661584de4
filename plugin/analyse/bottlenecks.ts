import type { Severity } from '../judge/report.ts'
import { median } from '../statistics/median.ts'
import type { Bottleneck, Fact } from './analysis.ts'
import { averageOf, type Figures } from './figures.ts'

/** MISSION.md: operations averaging over 100 ms. */
export const slowMs = 100

/** A tail counts when p95 is this many times the median … */
const tailAtP95 = 2
/** … or p99 is this many times the median … */
const tailAtP99 = 5
/** … and a slow call costs at least this much more than a usual one: below it nobody notices. */
const tailExcessMs = 1
/** With fewer samples p95 is one of the two slowest calls and says nothing about a tail. */
const tailSamples = 40

/** Event-loop delay under this is within what the monitor itself shows on an idle process. */
const blockingMs = 20

const order: Severity[] = ['critical', 'high', 'medium', 'low']

/** Operations that are slow on average or have a slow tail, most severe first. */
export function findBottlenecks(all: readonly Figures[]): Bottleneck[] {
  return all
    .flatMap((figures) => {
      const { averageMs, p50Ms, p95Ms, p99Ms } = figures.statistics
      const slow = averageMs > slowMs
      const tail =
        figures.samplesNs.length >= tailSamples &&
        p99Ms - p50Ms >= tailExcessMs &&
        (p95Ms > tailAtP95 * p50Ms || p99Ms > tailAtP99 * p50Ms)
      if (!slow && !tail) return []
      const reasons: Bottleneck['reasons'] = [
        ...(slow ? (['slow'] as const) : []),
        ...(tail ? (['tail'] as const) : []),
      ]
      return [
        {
          key: figures.key,
          impact: rateImpact(averageMs, p95Ms, p99Ms),
          reasons,
          averageMs,
          p50Ms,
          p95Ms,
          p99Ms,
          outliers: countOutliers(figures.samplesNs),
          hotFunctions: figures.hotFunctions.filter(({ selfPercent }) => selfPercent >= 5).slice(0, 3),
          ...recommend(figures, slow),
        },
      ]
    })
    .toSorted((a, b) => order.indexOf(a.impact) - order.indexOf(b.impact) || b.averageMs - a.averageMs)
}

/** How many times over the limits 100 ms (average), 200 ms (p95) and 400 ms (p99), the proportions of the targets. */
function rateImpact(averageMs: number, p95Ms: number, p99Ms: number): Severity {
  const times = Math.max(averageMs / slowMs, p95Ms / (2 * slowMs), p99Ms / (4 * slowMs))
  if (times >= 10) return 'critical'
  if (times >= 2) return 'high'
  return times > 1 ? 'medium' : 'low'
}

/** Samples above the median by more than three times 1.4826 median absolute deviations (Leys et al. 2013). */
function countOutliers(samples: readonly number[]): Bottleneck['outliers'] {
  const middle = median(samples)
  const deviation = median(samples.map((value) => Math.abs(value - middle)))
  const limit = middle + 3 * 1.4826 * deviation
  return { count: deviation === 0 ? 0 : samples.filter((value) => value > limit).length, of: samples.length }
}

/** The advice that the strongest of the measured facts supports. */
function recommend(figures: Figures, slow: boolean): { recommendation: string; facts: Fact[] } {
  const { averageMs, p50Ms, p99Ms } = figures.statistics
  const [hottest] = figures.hotFunctions
  const gcPauseMs = averageOf(figures, ({ probes }) => probes.gc?.pauseMaxMs)
  const delayMs = averageOf(figures, ({ probes }) => probes.eventLoop?.delayP99Ms)
  const cpuMicros = averageOf(figures, ({ probes }) => probes.cpu?.microsPerOperation)
  const lagMs = averageOf(figures, ({ load }) => load?.scheduleLag?.p99Ms)
  const cpuShare = cpuMicros === null || averageMs <= 0 ? null : (100 * cpuMicros) / 1000 / averageMs

  if (hottest !== undefined && hottest.selfPercent >= 25) {
    return {
      recommendation: `Start with ${hottest.name}: it alone takes ${hottest.selfPercent.toFixed(0)}% of the CPU time`,
      facts: [{ title: `Self time of ${hottest.name}`, value: hottest.selfPercent, unit: '%' }],
    }
  }
  if (!slow && gcPauseMs !== null && gcPauseMs >= 0.5 * (p99Ms - p50Ms)) {
    return {
      recommendation: 'Allocate less per call: the longest garbage collection is about as long as the slow calls',
      facts: [{ title: 'Longest garbage collection pause', value: gcPauseMs * 1e6, unit: 'ns' }],
    }
  }
  if (delayMs !== null && delayMs >= Math.max(blockingMs, 0.5 * averageMs, 0.5 * (p99Ms - p50Ms))) {
    return {
      recommendation: 'Break up the synchronous work: the event loop is blocked for a good part of each call',
      facts: [{ title: 'Event-loop delay p99', value: delayMs * 1e6, unit: 'ns' }],
    }
  }
  if (lagMs !== null && lagMs >= 0.5 * averageMs) {
    return {
      recommendation: 'Measure again with a lower rate or on more cores: the load generator itself was late',
      facts: [{ title: 'Lateness of the load generator p99', value: lagMs * 1e6, unit: 'ns' }],
    }
  }
  if (slow && cpuShare !== null && cpuShare <= 20) {
    return {
      recommendation: `It mostly waits (${cpuShare.toFixed(1)}% of the time on the CPU): overlap, coalesce or avoid the calls it waits for`,
      facts: [
        { title: 'CPU time per call', value: cpuMicros! * 1000, unit: 'ns' },
        { title: 'Average', value: averageMs * 1e6, unit: 'ns' },
      ],
    }
  }
  if (slow && cpuShare !== null && cpuShare >= 80) {
    return {
      recommendation: `It computes (${cpuShare.toFixed(0)}% of the time on the CPU): profile it, then cache or move the work off the main thread`,
      facts: [
        { title: 'CPU time per call', value: cpuMicros! * 1000, unit: 'ns' },
        { title: 'Average', value: averageMs * 1e6, unit: 'ns' },
      ],
    }
  }
  return slow
    ? {
        recommendation: 'Take a CPU profile (`profiling: true`): no probe of this run says where the time goes',
        facts: [{ title: 'Average', value: averageMs * 1e6, unit: 'ns' }],
      }
    : {
        recommendation: `Find what its slow calls share: 1 in 100 takes over ${(p99Ms / p50Ms).toFixed(1)} times the median`,
        facts: [
          { title: 'Median', value: p50Ms * 1e6, unit: 'ns' },
          { title: 'p99', value: p99Ms * 1e6, unit: 'ns' },
        ],
      }
}
