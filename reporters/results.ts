import type { Benchmark, Run, Session } from '../plugin/run/run.ts'

/** One timed iteration, or one batch where iterations are too fast to be timed singly. */
export interface ResultEntry {
  name: string
  category: string
  duration_ms: number
  /** Mean heap in use during the session; null where memory tracking was off. */
  memory_mb: number | null
  success: boolean
  metadata: Record<string, string | number | boolean | null>
  /** Start of the session plus the timed work before this entry. */
  timestamp: string
}

/** Entries kept per session; the rest is counted in `metadata.dropped_samples` of the session's first entry. */
const keptPerSession = 100

/** The samples, by case: what `benchmark_results_*.json` holds. */
export function toResults(run: Run): Record<string, ResultEntry[]> {
  return Object.fromEntries(
    run.benchmarks.map((benchmark) => [
      benchmark.key,
      benchmark.sessions.flatMap((session) => entriesOf(benchmark, session)),
    ]),
  )
}

function entriesOf(benchmark: Benchmark, session: Session): ResultEntry[] {
  const { samplesNs, batchSize } = session
  const failed = new Set(session.failedSamples)
  const kept = keptSamples(samplesNs.length, failed)
  const memory = session.metrics.memory_average
  const entries: ResultEntry[] = []
  let elapsedNs = 0
  for (const [index, nanoseconds] of samplesNs.entries()) {
    if (kept.has(index)) {
      entries.push({
        name: `${session.title ?? benchmark.name} (${batchSize > 1 ? 'batch' : 'iteration'} ${index + 1})`,
        category: benchmark.category ?? benchmark.key,
        duration_ms: nanoseconds / 1e6,
        memory_mb: memory?.kind === 'quantity' ? memory.value / 1e6 : null,
        success: !failed.has(index),
        metadata: { ...session.metadata, session: session.session, batch_size: batchSize },
        timestamp: new Date(Date.parse(session.startedAt) + elapsedNs / 1e6).toISOString(),
      })
    }
    elapsedNs += nanoseconds * batchSize
  }
  const dropped = session.droppedSamples + samplesNs.length - entries.length
  if (entries[0] && dropped > 0) entries[0].metadata.dropped_samples = dropped
  return entries
}

/** Positions of samples spread evenly over time, and of every failure: those are never thrown away. */
function keptSamples(count: number, failed: ReadonlySet<number>): Set<number> {
  const wanted = Math.min(count, keptPerSession)
  const even = Array.from({ length: wanted }, (_, index) => Math.floor((index * count) / wanted))
  return new Set([...even, ...failed])
}
