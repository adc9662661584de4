import type { Warning } from '../../run/measurement.ts'
import type { LoadRun } from './load-engine.ts'

/** A generator that is later than this at its 99th percentile adds to the latencies it reports, ms. */
const LAG_MATTERS_MS = 2
/** … unless that is less than this share of the median latency. */
const LAG_SHARE = 0.05

/** The doubts about a load run; each says what to do. */
export function doubtsAboutLoad({ subject, log }: LoadRun): Warning[] {
  const warnings: Warning[] = []
  const warn = (code: string, text: string) => warnings.push({ code, text: `"${subject.name}" ${text}` })
  if (log.sent > 0 && log.succeeded === 0) {
    const kinds = [...log.failures.keys()].join(', ')
    warn(
      'all-failed',
      `got no answer at all (${kinds}): its durations are those of failing; look at the failures first`,
    )
  }
  if (log.dropped > 0) {
    warn(
      'dropped',
      `could not send ${log.dropped} requests, as too many were in flight: lower \`rate\` or raise \`maxInFlight\``,
    )
  }
  const lag = log.scheduleLag()
  const middleMs = (log.good.histogramQuantile(0.5) ?? log.good.sumNs / Math.max(1, log.good.count)) / 1e6
  if (lag && lag.p99Ms > Math.max(LAG_MATTERS_MS, LAG_SHARE * middleMs)) {
    warn(
      'generator-late',
      `sent requests up to ${lag.p99Ms.toFixed(1)} ms late (99th percentile), as this process was busy: run the system under test in a process of its own, or lower \`rate\``,
    )
  }
  return warnings
}
