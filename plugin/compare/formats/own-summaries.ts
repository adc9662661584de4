import { summariesSchema } from '../../judge/baseline-from-summaries.ts'
import { checkShape, hasKey } from '../check-shape.ts'
import { createGatherer, type Format } from '../imported.ts'

const title = 'a benchmark_summaries file'

/** Our own `benchmark_summaries_*.json`: its sessions are those of the median. Milliseconds, megabytes. */
export const ownSummaries: Format = {
  name: 'summaries',
  title,
  recognises(content) {
    if (typeof content !== 'object' || content === null || Array.isArray(content)) return false
    const cases = Object.values(content)
    return cases.length > 0 && cases.every((each) => hasKey(each, 'avg_duration_ms'))
  },
  read(content) {
    const gatherer = createGatherer()
    for (const [name, each] of Object.entries(checkShape(summariesSchema, content, title))) {
      const sessions = each.sessions ?? []
      const judged = sessions.length > 0
      const duration = (metric: string, values: readonly number[], gate: boolean) =>
        gatherer.add(name, metric, { unit: 'ns', direction: 'lower', gate }, values)
      const medians = judged
        ? sessions.map(({ log_median_ms }) => Math.exp(log_median_ms) * 1e6)
        : [each.p50_duration_ms * 1e6]
      duration('duration_median', medians, true)
      duration('duration_mean', [each.avg_duration_ms * 1e6], !judged)
      duration('duration_p95', [each.p95_duration_ms * 1e6], false)
      duration('duration_p99', [each.p99_duration_ms * 1e6], false)
      for (const [metric, megabytes] of [
        ['memory_average', each.avg_memory_mb],
        ['memory_peak', each.peak_memory_mb],
      ] as const) {
        if (typeof megabytes === 'number')
          gatherer.add(name, metric, { unit: 'B', direction: 'lower', gate: false }, [megabytes * 1e6])
      }
    }
    return { format: 'summaries', benchmarks: gatherer.finish(), warnings: [] }
  },
}
