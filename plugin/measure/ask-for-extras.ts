import type { Metric } from '../run/metric.ts'
import type { Measured, Metadata } from './bench-options.ts'
import { checkExtras } from './check-extras.ts'
import type { Subject } from './subject.ts'

/**
 * Asks a benchmark for the figures and facts of its own.
 * @throws BenchOptionError where they make no sense, and whatever the benchmark's functions throw.
 */
export async function askForExtras(
  { name, options }: Pick<Subject, 'name' | 'options'>,
  measured: Measured,
): Promise<{ metrics: Record<string, Metric>; metadata: Metadata }> {
  const { metadata } = options
  const extras = {
    metrics: (await options.metrics?.(measured)) ?? {},
    metadata: (typeof metadata === 'function' ? await metadata() : metadata) ?? {},
  }
  checkExtras(name, extras.metrics, extras.metadata)
  return extras
}
