import type { Measurement } from './measurement.ts'

/**
 * Share of its time, 0 to 1, that a benchmark was on a processor of its own process, by the CPU probe or else by what the process
 * used meanwhile; the rest it waited. Null where neither is known.
 */
export function processorShare({
  probes,
  processorsUsed,
}: Pick<Measurement, 'probes' | 'processorsUsed'>): number | null {
  const processors = probes.cpu ? probes.cpu.percentOfCore / 100 : processorsUsed
  return processors === undefined ? null : Math.min(1, Math.max(0, processors))
}
