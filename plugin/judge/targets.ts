import { z } from 'zod'
import { own } from './own.ts'
import type { BenchmarkReport, BenchmarkStatistics } from './report.ts'

const statistics = [
  'averageMs',
  'p50Ms',
  'p95Ms',
  'p99Ms',
  'successRate',
  'throughputPerSecond',
  'peakMemoryMb',
] as const

/** An absolute aim, apart from any comparison: `below` or `above`, not both. */
const targetSchema = z
  .strictObject({
    benchmark: z.string().min(1).describe('Key of a benchmark; `*` stands for any text.'),
    figure: z
      .string()
      .min(1)
      .describe(
        `One of ${statistics.join(', ')}, or the name of a metric (rates in per cent, durations in ns, sizes in bytes).`,
      ),
    below: z.number().optional().describe('Met below this value; one of `below` and `above` is given.'),
    above: z.number().optional().describe('Met above this value.'),
  })
  .refine((target) => (target.below === undefined) !== (target.above === undefined), {
    error: 'give either "below" or "above"',
  })

export type Target = z.output<typeof targetSchema>

/** Schema of `baseline/targets.json`. */
export const targetsSchema = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(1),
  targets: z.array(targetSchema),
})

export interface TargetResult {
  key: string
  figure: string
  /** e.g. `< 50`. */
  aim: string
  value: number
  met: boolean
}

/** Holds every benchmark against the targets that name it; figures that a benchmark lacks are passed over. */
export function checkTargets(benchmarks: readonly BenchmarkReport[], targets: readonly Target[]): TargetResult[] {
  return benchmarks.flatMap((benchmark) =>
    targets
      .filter((target) => matchesKey(target.benchmark, benchmark.key))
      .flatMap((target) => {
        const value = figureOf(benchmark, target.figure)
        if (value === null) return []
        const { below, above } = target
        const met = below === undefined ? value > (above ?? Number.NaN) : value < below
        const aim = below === undefined ? `> ${above}` : `< ${below}`
        return [{ key: benchmark.key, figure: target.figure, aim, value, met }]
      }),
  )
}

function figureOf(benchmark: BenchmarkReport, figure: string): number | null {
  if ((statistics as readonly string[]).includes(figure)) {
    return benchmark.statistics?.[figure as keyof BenchmarkStatistics] ?? null
  }
  return own(benchmark.metrics, figure)?.new ?? null
}

/** Whether a pattern, in which `*` stands for any text, names this benchmark. */
export function matchesKey(pattern: string, key: string): boolean {
  const [first = '', ...others] = pattern.split('*')
  if (others.length === 0) return pattern === key
  const last = others.pop() ?? ''
  if (!key.startsWith(first) || !key.endsWith(last) || key.length < first.length + last.length) return false
  let position = first.length
  for (const part of others) {
    const found = key.indexOf(part, position)
    if (found < 0 || found + part.length > key.length - last.length) return false
    position = found + part.length
  }
  return true
}
