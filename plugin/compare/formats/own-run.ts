import { judgedSessions } from '../../judge/judged-sessions.ts'
import { runFormat, runVersion } from '../../run/run.ts'
import { runSchema } from '../../run/schema.ts'
import { checkShape, hasKey } from '../check-shape.ts'
import { type Format, ImportError, type ImportedMetric } from '../imported.ts'

const title = 'a vitest-verdict run'

/** Our own `run_*.json`. */
export const ownRun: Format = {
  name: 'run',
  title,
  recognises: (content) => hasKey(content, 'format') && content.format === runFormat,
  read(content) {
    if (hasKey(content, 'version') && content.version !== runVersion) {
      throw new ImportError(
        `${runFormat} version ${String(content.version)} is unknown here (this release reads version ${runVersion})`,
      )
    }
    const run = checkShape(runSchema, content, title)
    const benchmarks = run.benchmarks.map((benchmark) => {
      const metrics: Record<string, ImportedMetric> = {}
      for (const session of judgedSessions(benchmark)) {
        for (const [name, metric] of Object.entries(session.metrics)) {
          const shape = { unit: metric.unit, direction: metric.direction, gate: metric.gate }
          const present = metrics[name]
          if (metric.kind === 'rate') {
            const pair: [number, number] = [metric.numerator, metric.denominator]
            if (present?.kind === 'rate') present.values.push(pair)
            else metrics[name] = { ...shape, kind: 'rate', values: [pair] }
          } else if (present !== undefined && present.kind === metric.kind) present.values.push(metric.value)
          else metrics[name] = { ...shape, kind: metric.kind, values: [metric.value] }
        }
      }
      return { name: benchmark.key, metrics }
    })
    return { format: 'run', benchmarks, warnings: [] }
  },
}
