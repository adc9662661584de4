import { z } from 'zod'
import { checkShape, hasKey } from '../check-shape.ts'
import { createGatherer, type Format, type Gatherer } from '../imported.ts'
import { oneProcess } from '../one-process.ts'

const latency = z.looseObject({ mean: z.number(), p50: z.number().nullish() })

const report = z.looseObject({
  testResults: z.array(
    z.looseObject({
      assertionResults: z.array(
        z.looseObject({
          fullName: z.string(),
          benchmarks: z
            .array(z.looseObject({ tasks: z.array(z.looseObject({ name: z.string(), latency })) }))
            .nullish(),
        }),
      ),
    }),
  ),
})

/** Vitest 4 and older, `--outputJson`. */
const olderReport = z.looseObject({
  files: z.array(
    z.looseObject({
      groups: z.array(
        z.looseObject({
          fullName: z.string(),
          benchmarks: z.array(z.looseObject({ name: z.string(), mean: z.number(), median: z.number().nullish() })),
        }),
      ),
    }),
  ),
})

/** What `bench(name, { writeResult })` writes: one benchmark, without its name. */
const written = z.looseObject({ latency, throughput: z.looseObject({}), period: z.number() })

const title = 'a Vitest JSON report'

/** Vitest's `--reporter=json`, and `--outputJson` of Vitest 4 and older. One process; milliseconds. */
export const vitestReport: Format = {
  name: 'vitest',
  title,
  recognises: (content) => hasKey(content, 'testResults') || isOlder(content),
  read(content) {
    const gatherer = createGatherer()
    if (isOlder(content)) {
      for (const { groups } of checkShape(olderReport, content, title).files) {
        for (const { fullName, benchmarks } of groups) {
          for (const { name, mean, median } of benchmarks)
            addLatency(gatherer, `${fullName} > ${name}`, { mean, p50: median })
        }
      }
    } else {
      for (const { assertionResults } of checkShape(report, content, title).testResults) {
        for (const { fullName, benchmarks } of assertionResults) {
          for (const { tasks } of benchmarks ?? []) {
            for (const { name, latency } of tasks) addLatency(gatherer, `${fullName} > ${name}`, latency)
          }
        }
      }
    }
    return { format: 'vitest', benchmarks: gatherer.finish(), warnings: [oneProcess(title)] }
  },
}

/** The file of `writeResult`. */
export const vitestResult: Format = {
  name: 'vitest-result',
  title: 'a file of Vitest’s writeResult',
  recognises: (content) => hasKey(content, 'latency') && hasKey(content, 'throughput') && hasKey(content, 'period'),
  read(content) {
    const gatherer = createGatherer()
    addLatency(gatherer, 'result', checkShape(written, content, this.title).latency)
    return { format: 'vitest-result', benchmarks: gatherer.finish(), warnings: [oneProcess(this.title)] }
  },
}

function isOlder(content: unknown): boolean {
  return (
    hasKey(content, 'files') && Array.isArray(content.files) && content.files.some((file) => hasKey(file, 'groups'))
  )
}

function addLatency(
  gatherer: Gatherer,
  name: string,
  { mean, p50 }: { mean: number; p50?: number | null | undefined },
): void {
  const shape = { unit: 'ns', direction: 'lower', gate: true } as const
  gatherer.add(name, 'duration_mean', shape, [mean * 1e6])
  if (typeof p50 === 'number') gatherer.add(name, 'duration_median', shape, [p50 * 1e6])
}
