import { type HistoryEntry, historyFormat, historyVersion } from '../../plugin/store/history-entry.ts'
import { normal, seededRandom } from './random.ts'

export interface HistorySketch {
  runs: number
  benchmarks: number
  /** Median of benchmark `index` in run `run`, ns. */
  level?: (index: number, run: number) => number
  noise?: number
}

/** Stored runs, one every 6 hours, the same for the same sketch. */
export function makeHistory({
  runs,
  benchmarks,
  level = (index) => 1e5 * (index + 1),
  noise = 0.02,
}: HistorySketch): HistoryEntry[] {
  const random = seededRandom(42)
  return Array.from({ length: runs }, (_, run) => {
    const at = new Date(Date.UTC(2026, 0, 1) + run * 6 * 3_600_000).toISOString()
    return {
      format: historyFormat,
      version: historyVersion,
      id: `${at.slice(0, 10).replaceAll('-', '')}_${at.slice(11, 19).replaceAll(':', '')}`,
      startedAt: at,
      machineClass: 'linux-x64-2cpu-node24',
      cpuModel: 'Example CPU 3.0 GHz',
      node: 'v24.21.0',
      commit: (0x1000000 + 7919 * run).toString(16).padEnd(40, '0'),
      branch: 'main',
      profile: 'full' as const,
      complete: true,
      benchmarks: Array.from({ length: benchmarks }, (_, index) => {
        const median = level(index, run) * Math.exp(noise * normal(random))
        const duration = (name: string, title: string, value: number) => ({
          name,
          title,
          unit: 'ns' as const,
          direction: 'lower' as const,
          value: Number(value.toPrecision(6)),
          logError: 0.004,
        })
        return {
          key: `model_selection_case_${index}`,
          category: 'model_selection_speed',
          metrics: [
            duration('duration_median', 'Median Duration', median),
            duration('duration_mean', 'Average Duration', median * 1.05),
            duration('duration_p95', 'P95 Duration', median * 1.3),
            duration('duration_p99', 'P99 Duration', median * 1.6),
            {
              name: 'success_rate',
              title: 'Success Rate',
              unit: '%' as const,
              direction: 'higher' as const,
              value: 100,
              logError: null,
            },
          ],
        }
      }),
    }
  })
}
